-- Brackets: an entry with a limit at the profit and a stop at the loss, which exclude
-- each other. Who places the two:
--     paper                     the desk, when the entry is done, of what was filled
--     Alpaca, shares            Alpaca: entry and legs go out as one order and it keeps
--                               the legs (see bracket_legs.sql)
--     Alpaca, parts of a share  the desk, but only the stop: Alpaca sets aside what one
--                               order may sell and would refuse the second; the exit
--                               plan watches the profit and takes the stop out first
--     Alpaca, coins             nobody: it takes neither brackets nor stops of coins;
--                               the exit plan watches both prices
--
-- Example: select order_id from trade.place_bracket(1, 'AAPL', 'buy', 10, 180, 150);

-- Who can place the exits of an entry.
create or replace function trade._exits_by(entry trade.orders)
returns text
language sql stable
begin atomic
    select case
        when a.broker <> 'alpaca' then case a.broker when 'paper' then 'desk'
            else 'stop' end
        when i.asset_class = 'crypto' then 'plan'
        -- It takes brackets of whole shares, for the day or until they are canceled.
        when entry.quantity = trunc(entry.quantity)
            and entry.time_in_force in ('day', 'gtc') then 'broker'
        else 'stop'
    end
    from trade.account as a
    inner join market.instrument as i on i.instrument_id = entry.instrument_id
    where a.tenant_id = entry.tenant_id and a.account_id = entry.account_id;
end;
comment on function trade._exits_by(trade.orders) is
'Who places the exits of a bracket: the desk both, the broker both, the desk only the '
'stop, or nobody (plan).';

create or replace function trade.place_bracket(
    account_id bigint,
    symbol text,
    side text,
    quantity numeric,
    take_profit numeric default null,
    stop_loss numeric default null,
    limit_price numeric default null,
    time_in_force text default 'day',
    decision_id bigint default null,
    client_order_id text default null,
    as_of timestamptz default null
)
returns trade.orders
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    entry trade.orders;
    direction constant integer := case place_bracket.side when 'buy' then 1 else -1 end;
    known trade.bracket;
begin
    if num_nonnulls(place_bracket.take_profit, place_bracket.stop_loss) = 0
        or not coalesce(
            direction * (place_bracket.take_profit - place_bracket.stop_loss) > 0, true
        )
        or not coalesce(
            place_bracket.take_profit > 0 and place_bracket.take_profit < 'infinity',
            true
        )
        or not coalesce(
            place_bracket.stop_loss > 0 and place_bracket.stop_loss < 'infinity', true
        )
        or not coalesce(
            direction * (place_bracket.take_profit - place_bracket.limit_price) > 0,
            true
        )
        or not coalesce(
            direction * (place_bracket.limit_price - place_bracket.stop_loss) > 0, true
        )
    then
        raise exception using
            errcode = 'BW120',
            message = 'a bracket needs a profit beyond the entry, a loss before it, or one',
            detail = format(
                'Entry %s, profit %s, loss %s.',
                coalesce(place_bracket.limit_price::text, 'at the market'),
                coalesce(place_bracket.take_profit::text, 'none'),
                coalesce(place_bracket.stop_loss::text, 'none')
            );
    end if;
    entry := trade.place_order(
        place_bracket.account_id, place_bracket.symbol, place_bracket.side,
        place_bracket.quantity,
        case when place_bracket.limit_price is null then 'market' else 'limit' end,
        place_bracket.limit_price, null, place_bracket.time_in_force,
        place_bracket.decision_id, place_bracket.client_order_id,
        as_of => place_bracket.as_of
    );
    if entry.status = 'refused' then
        return entry;
    end if;
    insert into trade.bracket (order_id, take_profit, stop_loss, is_native)
    values (
        entry.order_id, place_bracket.take_profit, place_bracket.stop_loss,
        trade._exits_by(entry) = 'broker'
    )
    on conflict (tenant_id, order_id) do nothing;
    if not found then
        select * into strict known from trade.bracket as b
        where b.tenant_id = entry.tenant_id and b.order_id = entry.order_id;
        if (known.take_profit, known.stop_loss)
            is distinct from (place_bracket.take_profit, place_bracket.stop_loss)
        then
            raise exception using
                errcode = 'BW122',
                message = format(
                    'order %s has another bracket', entry.order_id
                );
        end if;
    end if;
    return entry;
end
$$;
comment on function trade.place_bracket(
    bigint, text, text, numeric, numeric, numeric, numeric, text, bigint, text,
    timestamptz
) is
'Places an entry whose profit and loss are ordered, too, as soon as it is done; asking '
'twice gives the order that is there.';

-- After each fill and each end of an order: the legs of a bracket whose entry is done,
-- and the end of those that a fill excludes.
create or replace function trade._settle_group(order_id bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known trade.orders;
    wanted trade.bracket;
    exits text;
    at timestamptz;
begin
    select * into strict known from trade.orders as o
    where o.tenant_id = public.current_tenant() and o.order_id = _settle_group.order_id;
    -- The broker lets its own legs exclude each other.
    if exists (
        select from trade.bracket as b
        where b.tenant_id = known.tenant_id and b.is_native
        and b.order_id = coalesce(known.oco, known.order_id)
    ) then
        perform trade._settle_legs(coalesce(known.oco, known.order_id));
        return;
    end if;
    if known.oco is not null and known.filled_quantity > 0 then
        perform trade.request_cancel(o.order_id, 'another order of its group was filled')
        from trade.orders as o
        where o.tenant_id = known.tenant_id and o.account_id = known.account_id
        and o.oco = known.oco and o.order_id <> known.order_id
        and o.status in ('ready', 'submitting', 'unknown', 'acked', 'partial')
        and o.cancel_requested_at is null;
    end if;

    if known.status not in ('filled', 'canceled', 'rejected', 'expired') then
        return;
    end if;
    select * into wanted from trade.bracket as b
    where b.tenant_id = known.tenant_id and b.order_id = known.order_id
    and b.status = 'waiting' for update;
    if not found then
        return;
    end if;
    exits := trade._exits_by(known);
    update trade.bracket as b
    set status = case
        when known.filled_quantity = 0 then 'void'
        when exits = 'plan' then 'watched' else 'placed'
    end
    where b.tenant_id = known.tenant_id and b.order_id = known.order_id;
    if known.filled_quantity = 0 or exits = 'plan' then
        return;
    end if;
    -- In a replay they are placed when the entry was filled.
    if exits = 'desk' then
        select max(f.filled_at) into at from trade.fill as f
        where f.tenant_id = known.tenant_id and f.order_id = known.order_id;
        at := least(at + interval '1 microsecond', clock_timestamp());
    end if;
    if wanted.stop_loss is not null then
        perform trade.place_order(
            known.account_id, known.symbol,
            case known.side when 'buy' then 'sell' else 'buy' end, known.filled_quantity,
            'stop', null, wanted.stop_loss, 'gtc', known.decision_id,
            format('bw-%s-b-%s-loss', known.tenant_id, known.order_id),
            as_of => at, leg => 2, oco => known.order_id
        );
    end if;
    if wanted.take_profit is not null
        and (exits = 'desk' or wanted.stop_loss is null)
    then
        perform trade.place_order(
            known.account_id, known.symbol,
            case known.side when 'buy' then 'sell' else 'buy' end, known.filled_quantity,
            'limit', wanted.take_profit, null, 'gtc', known.decision_id,
            format('bw-%s-b-%s-profit', known.tenant_id, known.order_id),
            as_of => at, leg => 1, oco => known.order_id
        );
    end if;
end
$$;
comment on function trade._settle_group(bigint) is
'Places the legs of a bracket whose entry is done, and cancels what a fill excludes.';
