-- Taking an order out of the market, and putting another in its place. With the paper
-- broker it happens at once; with others a job asks the broker, and what it says is
-- written by record_cancel.
--
-- Example: select status from trade.request_cancel(9, 'not wanted any more');
--          select order_id from trade.replace_order(9, limit_price => 101);

insert into work.kind as known
(
    name, description, max_attempts, backoff_base, backoff_max, lease, side_effects,
    merge_least
)
values
('cancel_order', 'Ask the broker to take one order out of the market.',
20, '1 second', '5 minutes', '30 seconds', true, null)
on conflict (name) do update
    set description = excluded.description, side_effects = excluded.side_effects
    where (known.description, known.side_effects)
    is distinct from (excluded.description, excluded.side_effects);

-- The account first, as everywhere, so that nobody waits for each other.
create or replace function trade._order_of_locked_account(order_id bigint)
returns trade.orders
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform from trade.account as a
    where a.tenant_id = public.current_tenant() and a.account_id = (
        select o.account_id from trade.orders as o
        where o.tenant_id = public.current_tenant()
        and o.order_id = _order_of_locked_account.order_id
    )
    for update;
    return trade._locked_order(_order_of_locked_account.order_id);
end
$$;
comment on function trade._order_of_locked_account(bigint)
    is 'An order that nobody else changes, and whose account nobody does.';

create or replace function trade.request_cancel(
    order_id bigint, reason text default 'canceled'
)
returns trade.orders
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known trade.orders;
    broker text;
    answer jsonb;
    fill record;
begin
    known := trade._order_of_locked_account(request_cancel.order_id);
    select a.broker into strict broker from trade.account as a
    where a.tenant_id = known.tenant_id and a.account_id = known.account_id;
    if known.status in ('refused', 'filled', 'canceled', 'rejected', 'expired') then
        return known;
    end if;
    -- What was never sent needs nobody's word.
    if known.status = 'ready' then
        return trade.record_close(known.order_id, 'canceled', request_cancel.reason);
    end if;
    if known.cancel_requested_at is null then
        update trade.orders as o set cancel_requested_at = clock_timestamp()
        where o.tenant_id = known.tenant_id and o.order_id = known.order_id
        returning o.* into known;
        perform agent.record_event(
            'CancelRequested', known.symbol,
            jsonb_build_object(
                'order_id', known.order_id, 'reason', request_cancel.reason
            ),
            trade._cycle_of(known)
        );
    end if;
    -- One that is on its way may not have arrived: the job asks until it is clear.
    if broker <> 'paper' or known.status in ('submitting', 'unknown') then
        perform work.enqueue(
            'cancel_order', jsonb_build_object('order_id', known.order_id),
            known.tenant_id, 10, dedup_key => format('cancel %s', known.order_id)
        );
        return known;
    end if;
    answer := trade.paper_cancel(known.account_id, known.client_order_id);
    for fill in
        select f.* from trade.paper_fills(
            known.account_id, known.client_order_id
        ) as f
    loop
        perform trade.record_fill(
            known.order_id, fill.broker_fill_id, fill.quantity, fill.price, fill.fee,
            fill.filled_at
        );
    end loop;
    return trade.record_cancel(
        known.order_id, answer ->> 'status',
        coalesce(answer ->> 'reason', request_cancel.reason)
    );
end
$$;
comment on function trade.request_cancel(bigint, text) is
'Asks to take an order out of the market; a final one stays as it is.';

create or replace function trade.begin_cancel(order_id bigint)
returns trade.orders
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select o.* from trade.orders as o
    where
        o.tenant_id = public.current_tenant() and o.order_id = begin_cancel.order_id
        and o.cancel_requested_at is not null
        and o.status in ('submitting', 'unknown', 'acked', 'partial')
$$;
comment on function trade.begin_cancel(bigint) is
'An order that a broker is to be asked to cancel; null: nothing to do.';

create or replace function trade.record_cancel(
    order_id bigint, outcome text, reason text default null
)
returns trade.orders
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known trade.orders;
begin
    if record_cancel.outcome is null
    or record_cancel.outcome not in ('canceled', 'refused', 'not_found') then
        raise exception using
            errcode = 'BW130',
            message = format(
                'asking to cancel ends as canceled, refused or not_found, not as %s',
                coalesce(record_cancel.outcome, 'null')
            );
    end if;
    known := trade._locked_order(record_cancel.order_id);
    if record_cancel.outcome = 'canceled' then
        return trade.record_close(
            known.order_id, 'canceled', coalesce(record_cancel.reason, 'canceled')
        );
    end if;
    -- Too late, or it never arrived: what became of it is for fills and submission to
    -- say. Nothing stands in its place then.
    update trade.orders as o
    set cancel_requested_at = null, replacement = null
    where o.tenant_id = known.tenant_id and o.order_id = known.order_id
    returning o.* into known;
    perform agent.record_event(
        'CancelRefused', known.symbol,
        jsonb_strip_nulls(jsonb_build_object(
            'order_id', known.order_id, 'outcome', record_cancel.outcome,
            'reason', record_cancel.reason
        )),
        trade._cycle_of(known)
    );
    return known;
end
$$;
comment on function trade.record_cancel(bigint, text, text) is
'What the broker said to a request to cancel: canceled, refused or not_found.';

create or replace function trade.replace_order(
    order_id bigint,
    quantity numeric default null,
    limit_price numeric default null,
    stop_price numeric default null
)
returns trade.orders
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known trade.orders;
    standing trade.orders;
    tries bigint;
begin
    known := trade._order_of_locked_account(replace_order.order_id);
    if known.status in ('refused', 'filled', 'canceled', 'rejected', 'expired') then
        raise exception using
            errcode = 'BW131',
            message = format(
                'order %s is %s and cannot be replaced', known.order_id, known.status
            );
    end if;
    if coalesce(replace_order.quantity, known.quantity) <= known.filled_quantity
        or (
            replace_order.limit_price is not null
            and known.type not in ('limit', 'stop_limit')
        )
        or (
            replace_order.stop_price is not null
            and known.type not in ('stop', 'stop_limit')
        )
        or not coalesce(risk._is_amount(replace_order.limit_price), true)
        or not coalesce(risk._is_amount(replace_order.stop_price), true)
        or not coalesce(risk._is_amount(replace_order.quantity), true)
    then
        raise exception using
            errcode = 'BW120',
            message = format('order %s cannot be replaced like this', known.order_id),
            detail = format(
                'A %s order, %s of %s filled.', known.type, known.filled_quantity,
                known.quantity
            );
    end if;
    -- A leg that the broker keeps is replaced by the broker, in one act: to cancel it
    -- would take the other leg out, too. The new order is sent like any other, and what
    -- it replaces is told as canceled.
    if exists (
        select from trade.bracket as b
        where b.tenant_id = known.tenant_id and b.order_id = known.oco and b.is_native
    ) then
        if coalesce(replace_order.quantity, known.quantity) <> known.quantity then
            raise exception using
                errcode = 'BW120',
                message = format(
                    'of leg %s of a bracket only the price can be replaced',
                    known.order_id
                );
        end if;
        -- Its broker must know what is to be replaced.
        if known.status not in ('acked', 'partial') then
            raise exception using
                errcode = 'BW131',
                message = format(
                    'order %s is %s: its broker has not named it yet', known.order_id,
                    known.status
                ),
                hint = 'Ask again in a moment, or cancel it.';
        end if;
        select count(*) into tries from trade.orders as o
        where o.tenant_id = known.tenant_id and o.account_id = known.account_id
        and o.replaces = known.order_id
        and o.status in ('refused', 'rejected', 'canceled');
        return trade.place_order(
            known.account_id, known.symbol, known.side,
            known.quantity - known.filled_quantity, known.type,
            coalesce(replace_order.limit_price, known.limit_price),
            coalesce(replace_order.stop_price, known.stop_price), known.time_in_force,
            client_order_id => format(
                'bw-%s-r-%s%s', known.tenant_id, known.order_id,
                case when tries > 0 then '-' || tries else '' end
            ),
            oco => known.oco, replaces => known.order_id
        );
    end if;
    -- The new order is placed when the old one is surely out: never both.
    update trade.orders as o
    set replacement = jsonb_build_object(
        'quantity', coalesce(replace_order.quantity, o.quantity),
        'limit_price', coalesce(replace_order.limit_price, o.limit_price),
        'stop_price', coalesce(replace_order.stop_price, o.stop_price)
    )
    where o.tenant_id = known.tenant_id and o.order_id = known.order_id;
    known := trade.request_cancel(known.order_id, 'replaced');
    select * into standing from trade.orders as o
    where o.tenant_id = known.tenant_id and o.replaces = known.order_id;
    return case when found then standing else known end;
end
$$;
comment on function trade.replace_order(bigint, numeric, numeric, numeric) is
'Puts an order of another size or price in the place of one; returns the new order, or '
'the old one while its broker has not said that it is out.';

create or replace function trade._place_replacement(order_id bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known trade.orders;
    rest numeric;
    broker text;
    newest timestamptz;
begin
    select * into strict known from trade.orders as o
    where o.tenant_id = public.current_tenant()
    and o.order_id = _place_replacement.order_id;
    if known.replacement is null or known.status <> 'canceled' then
        return;
    end if;
    rest := (known.replacement ->> 'quantity')::numeric - known.filled_quantity;
    if rest <= 0 then
        return;
    end if;
    select a.broker into strict broker from trade.account as a
    where a.tenant_id = known.tenant_id and a.account_id = known.account_id;
    -- The paper broker has looked at all bars that are known: the new order waits for
    -- those that come.
    if broker = 'paper' then
        select greatest(
            known.placed_at, max(b.known_at) + interval '1 microsecond'
        ) into newest
        from market.bar as b
        where b.instrument_id = known.instrument_id
        and b.known_at <= clock_timestamp();
    end if;
    perform trade.place_order(
        known.account_id, known.symbol, known.side, rest, known.type,
        (known.replacement ->> 'limit_price')::numeric,
        (known.replacement ->> 'stop_price')::numeric, known.time_in_force,
        client_order_id => format('bw-%s-r-%s', known.tenant_id, known.order_id),
        as_of => newest,
        oco => known.oco, replaces => known.order_id
    );
end
$$;
comment on function trade._place_replacement(bigint) is
'Places what is to stand in the place of an order that is out of the market.';
