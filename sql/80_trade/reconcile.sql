-- Our books against the broker's, before trading and from time to time: orders, then
-- fills, then positions, then cash. What we do not know becomes an EXTERNAL order with
-- its fills; what still differs becomes an entry of trade.difference with an id that
-- follows from the difference, and is booked. A second run adds nothing. If it fails,
-- everything that it did is undone, the account is halted and an alert goes out.
--
-- The broker's state, as every broker is asked for it:
--     {"asked_at": "2026-11-20T15:00:00Z",  -- our time before it was asked: what moved
--                                           -- here since then is not judged by it
--      "complete": true,                    -- all open orders are listed
--      "orders": [{"client_order_id", "broker_order_id", "symbol", "side", "quantity",
--          "type", "limit_price", "stop_price", "time_in_force", "status",
--          "submitted_at", "entry"}],       -- status: accepted filled canceled expired
--                                           -- rejected; entry: the client_order_id of
--                                           -- the bracket that it is a leg of
--      "fills": [{"broker_fill_id", "client_order_id", "broker_order_id", "symbol",
--          "side", "quantity", "price", "fee", "filled_at"}],
--      "positions": [{"symbol", "quantity", "average_cost"}],
--      "activities": [{"id", "kind", "amount", "at", "note"}],   -- capital, income
--      "cash": 1000.5}
--
-- Example: select trade.reconcile(1, trade.paper_state(1)) -> {"status": "ok", ...}

create or replace function trade._reconcile(account_id bigint, broker jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    account trade.account;
    asked constant timestamptz := coalesce(
        (broker ->> 'asked_at')::timestamptz, clock_timestamp()
    );
    said jsonb;
    known trade.orders;
    entry trade.orders;
    fill record;
    held record;
    last_fill bigint;
    price numeric;
    id text;
    adopted integer := 0;
    acknowledged integer := 0;
    filled integer := 0;
    closed integer := 0;
    moved integer := 0;
    differences text[] := array[]::text[];
begin
    if jsonb_typeof(broker -> 'orders') is distinct from 'array'
        or jsonb_typeof(broker -> 'fills') is distinct from 'array'
        or jsonb_typeof(broker -> 'positions') is distinct from 'array'
    then
        raise exception using
            errcode = 'BW135',
            message = 'the broker''s state needs orders, fills and positions';
    end if;
    select * into strict account from trade.account as a
    where a.tenant_id = public.current_tenant()
    and a.account_id = _reconcile.account_id;

    -- Orders; legs after what they belong to.
    for said in
        select o.value from jsonb_array_elements(broker -> 'orders') as o
        order by o.value ->> 'entry' is not null
    loop
        known := trade._known_order(account.account_id, said);
        select o.* into entry from trade.orders as o
        inner join trade.bracket as b
            on o.tenant_id = b.tenant_id and o.order_id = b.order_id
        where o.tenant_id = account.tenant_id and o.account_id = account.account_id
        and o.client_order_id = said ->> 'entry' and b.is_native;
        if known.order_id is null and entry.order_id is not null then
            perform trade.record_legs(entry.order_id, jsonb_build_array(said));
        elsif known.order_id is null then
            -- Over and never filled: nothing to keep.
            continue when said ->> 'status' in ('canceled', 'expired', 'rejected')
            and not exists (
                select from jsonb_array_elements(broker -> 'fills') as f
                where f.value ->> 'broker_order_id' = said ->> 'broker_order_id'
                or f.value ->> 'client_order_id' = said ->> 'client_order_id'
            );
            known := trade._external_order(account.account_id, said);
            adopted := adopted + 1;
        elsif (known.symbol, known.side)
            is distinct from (said ->> 'symbol', said ->> 'side')
        then
            raise exception using
                errcode = 'BW135',
                message = format(
                    'order %s is to %s %s here, to %s %s at the broker',
                    known.client_order_id, known.side, known.symbol, said ->> 'side',
                    said ->> 'symbol'
                );
        elsif known.status in ('submitting', 'unknown')
            and said ->> 'status' <> 'rejected'
        then
            perform trade.record_submit(
                known.order_id, 'acked', said ->> 'broker_order_id',
                'found by reconciliation'
            );
            acknowledged := acknowledged + 1;
        end if;
    end loop;

    -- Fills, in the order of time.
    for fill in
        select f.value as said from jsonb_array_elements(broker -> 'fills') as f
        order by (f.value ->> 'filled_at')::timestamptz, f.value ->> 'broker_fill_id'
    loop
        known := trade._known_order(account.account_id, fill.said);
        if known.order_id is null then
            known := trade._external_order(account.account_id, fill.said);
            adopted := adopted + 1;
        end if;
        if trade.record_fill(
            known.order_id, fill.said ->> 'broker_fill_id',
            (fill.said ->> 'quantity')::numeric, (fill.said ->> 'price')::numeric,
            coalesce((fill.said ->> 'fee')::numeric, 0),
            (fill.said ->> 'filled_at')::timestamptz
        ) then
            filled := filled + 1;
        end if;
    end loop;

    -- How orders ended.
    for said in select o.value from jsonb_array_elements(broker -> 'orders') as o loop
        known := trade._known_order(account.account_id, said);
        if known.status in ('submitting', 'unknown', 'acked', 'partial')
            and said ->> 'status' in ('canceled', 'expired', 'rejected')
        then
            if known.status in ('submitting', 'unknown') then
                perform trade.record_submit(
                    known.order_id, 'rejected', said ->> 'broker_order_id',
                    'the broker rejected it'
                );
            else
                perform trade.record_close(
                    known.order_id,
                    case said ->> 'status' when 'expired' then 'expired'
                    else 'canceled' end,
                    format('the broker says %s', said ->> 'status')
                );
            end if;
            closed := closed + 1;
        -- Of two legs one took a part, and the broker lowered the other by it.
        elsif known.status in ('acked', 'partial') and said ->> 'status' = 'filled'
            and (said ->> 'quantity')::numeric < known.quantity
        then
            perform trade.record_close(
                known.order_id, 'canceled',
                format('the broker lowered it to %s', said ->> 'quantity')
            );
            closed := closed + 1;
        end if;
    end loop;
    -- Those that stand here but not there; one on its way is for its own job.
    for known in
        select o.* from trade.open_orders(account.account_id) as o
        where o.status in ('acked', 'partial') and o.updated_at < asked
        and not exists (
            select from jsonb_array_elements(broker -> 'orders') as b
            where b.value ->> 'client_order_id' = o.client_order_id
            or b.value ->> 'broker_order_id' = o.broker_order_id
        )
    loop
        id := trade._note_difference(
            account.account_id, 'order', known.symbol,
            known.quantity - known.filled_quantity, 0, known.order_id,
            format('the broker does not know order %s', known.client_order_id),
            coalesce((broker ->> 'complete')::boolean, false)
        );
        differences := differences || id;
        if (broker ->> 'complete')::boolean then
            perform trade.record_close(
                known.order_id, 'canceled', 'the broker does not know it'
            );
            closed := closed + 1;
        end if;
    end loop;

    -- A fill that was booked since then is in our position and not in the broker's: it
    -- has to be asked again.
    if exists (
        select from trade.fill as f
        where f.tenant_id = account.tenant_id and f.account_id = account.account_id
        and f.recorded_at >= asked and not exists (
            select from jsonb_array_elements(_reconcile.broker -> 'fills') as b
            where b.value ->> 'broker_fill_id' = f.broker_fill_id
        )
    ) then
        raise exception using
            errcode = 'BW136',
            message = 'the account moved while its broker was asked';
    end if;

    -- Positions.
    for held in
        select
            coalesce(p.symbol, b.symbol) as symbol, coalesce(p.quantity, 0) as ours,
            coalesce(b.quantity, 0) as theirs, b.average_cost
        from (
            select o.symbol, o.quantity from trade.position as o
            where o.tenant_id = account.tenant_id
            and o.account_id = account.account_id and o.quantity <> 0
        ) as p
        full join (
            select
                t.value ->> 'symbol' as symbol,
                sum((t.value ->> 'quantity')::numeric) as quantity,
                max((t.value ->> 'average_cost')::numeric) as average_cost
            from jsonb_array_elements(broker -> 'positions') as t
            group by t.value ->> 'symbol'
        ) as b on p.symbol = b.symbol
        where coalesce(p.quantity, 0) <> coalesce(b.quantity, 0)
        order by 1
    loop
        select coalesce(max(f.fill_id), 0) into last_fill from trade.fill as f
        where f.tenant_id = account.tenant_id and f.account_id = account.account_id
        and f.symbol = held.symbol;
        select coalesce(held.average_cost, q.price) into price
        from market.instrument as i
        left join lateral risk.last_close(
            i.instrument_id, clock_timestamp()
        ) as q on true
        where i.symbol = held.symbol;
        if price is null then
            raise exception using
                errcode = 'BW135',
                message = format(
                    '%s of %s here, %s at the broker, and no price to book it at',
                    held.ours, held.symbol, held.theirs
                );
        end if;
        id := trade._note_difference(
            account.account_id, 'position', held.symbol, held.ours, held.theirs,
            last_fill,
            format(
                '%s of %s here, %s at the broker: booked at %s', trim_scale(held.ours),
                held.symbol, trim_scale(held.theirs), trim_scale(price)
            ), true
        );
        if id is null then
            raise exception using
                errcode = 'BW135',
                message = format(
                    '%s of %s here, %s at the broker, though that was booked before',
                    held.ours, held.symbol, held.theirs
                );
        end if;
        differences := differences || id;
        known := trade._external_order(
            account.account_id, jsonb_build_object(
                'client_order_id', id, 'broker_order_id', id, 'symbol', held.symbol,
                'side', case when held.theirs > held.ours then 'buy' else 'sell' end,
                'quantity', abs(held.theirs - held.ours)
            )
        );
        perform trade.record_fill(
            known.order_id, id, known.quantity, price, 0, clock_timestamp()
        );
    end loop;

    -- Money: what the broker lists, then what is still different.
    for said in
        select m.value from jsonb_array_elements(
            coalesce(broker -> 'activities', '[]')
        ) as m
    loop
        if trade.deposit(
            account.account_id, (said ->> 'amount')::numeric,
            (said ->> 'at')::timestamptz, coalesce(said ->> 'note', said ->> 'kind'),
            'activity-' || (said ->> 'id'), said ->> 'kind'
        ) then
            moved := moved + 1;
        end if;
    end loop;
    select a.* into strict account from trade.account as a
    where a.tenant_id = account.tenant_id and a.account_id = account.account_id;
    -- What was there before the first look is nobody's profit.
    if broker ->> 'cash' is not null and not exists (
        select from trade.capital_event as c
        where c.tenant_id = account.tenant_id and c.account_id = account.account_id
    ) and (broker ->> 'cash')::numeric <> account.cash then
        perform trade.deposit(
            account.account_id, (broker ->> 'cash')::numeric - account.cash,
            timestamptz '1970-01-01 00:00Z', 'there when the account was opened here',
            'opening'
        );
        moved := moved + 1;
        account.cash := (broker ->> 'cash')::numeric;
    end if;
    -- To the cent.
    if round(account.cash, 2) <> round((broker ->> 'cash')::numeric, 2) then
        id := trade._note_difference(
            account.account_id, 'cash', null, account.cash,
            (broker ->> 'cash')::numeric, account.revision,
            format(
                'cash is %s here, %s at the broker: booked as income',
                round(account.cash, 2), broker ->> 'cash'
            ), true
        );
        differences := differences || id;
        perform trade.deposit(
            account.account_id, (broker ->> 'cash')::numeric - account.cash,
            clock_timestamp(), 'difference found by reconciliation', id, 'income'
        );
    end if;
    return jsonb_build_object(
        'status', 'ok', 'external_orders', adopted, 'acknowledged', acknowledged,
        'fills', filled, 'closed', closed, 'activities', moved,
        'differences', to_jsonb(array_remove(differences, null))
    );
end
$$;
comment on function trade._reconcile(bigint, jsonb)
    is 'The work of trade.reconcile; raises if it cannot be done.';

create or replace function trade.reconcile(account_id bigint, broker jsonb)
returns jsonb
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    account trade.account;
    report jsonb;
    flaw text;
begin
    select * into account from trade.account as a
    where a.tenant_id = public.current_tenant() and a.account_id = reconcile.account_id
    for update;
    if not found then
        raise exception using
            errcode = 'BW123',
            message = format('there is no account %s', reconcile.account_id),
            hint = 'See api.accounts.';
    end if;
    begin
        report := trade._reconcile(account.account_id, reconcile.broker);
    exception
        when sqlstate 'BW136' then
            return jsonb_build_object('status', 'moved', 'reason', sqlerrm);
        -- Whatever it is: who cannot say what he owns must not trade. What may pass by
        -- itself (a deadlock, a lost lock) is for the job to try again.
        when serialization_failure or deadlock_detected or query_canceled
            or lock_not_available then raise;
        when others then
            flaw := format('%s (%s)', sqlerrm, sqlstate);
    end;
    if flaw is not null then
        perform risk.set_state(
            'account', account.account_id::text, 'HALTED',
            format('reconciliation failed: %s', flaw), null, 'reconcile'
        );
        perform agent.record_event(
            'ReconcileFailed', null,
            jsonb_build_object('account_id', account.account_id, 'reason', flaw)
        );
        perform ops.raise_alert(
            'reconcile',
            jsonb_build_object(
                'account_id', account.account_id, 'state', 'HALTED', 'reason', flaw
            ), format('account %s', account.account_id)
        );
        return jsonb_build_object('status', 'failed', 'reason', flaw);
    end if;
    update trade.account as a set reconciled_at = clock_timestamp()
    where a.tenant_id = account.tenant_id and a.account_id = account.account_id;
    perform trade._schedule_reconcile(account);
    -- What an earlier failure held up goes on; other halts stay.
    if exists (
        select from risk.state as s
        where s.tenant_id = account.tenant_id and s.scope = 'account'
        and s.target = account.account_id::text and s.source = 'reconcile'
        and s.state <> 'ACTIVE'
    ) then
        perform risk.set_state(
            'account', account.account_id::text, 'ACTIVE',
            'the books agree with the broker''s', null, 'reconcile'
        );
    end if;
    if report <> '{"status": "ok", "external_orders": 0, "acknowledged": 0,
        "fills": 0, "closed": 0, "activities": 0, "differences": []}'
    then
        perform agent.record_event(
            'Reconciled', null,
            report || jsonb_build_object('account_id', account.account_id)
        );
    end if;
    return report;
end
$$;
comment on function trade.reconcile(bigint, jsonb) is
'Brings an account''s books to what its broker says: unknown orders become external, '
'fills are booked, differences written down and booked; a second time changes nothing. '
'When it fails the account is halted; status is ok, failed, or moved: to be asked again.';
