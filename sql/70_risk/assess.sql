-- What an order would do to the limits. Pending orders count as if they were filled on
-- the bad side only: buys do not make room for sells, nor sells for buys. An order that
-- only lowers exposure passes every limit.
--
-- Let d be +1 for a buy and -1 for a sell, held the signed position, same and opposite
-- the open quantities on the order's side and against it:
--     before = d * held + same          after = before + quantity
--     against = opposite - d * held     (exposure if the other side is filled instead)
-- The order only lowers exposure when after <= 0. Equity is reckoned after the fees and
-- the slippage that the order itself may cost, so that a fill at the price judged by
-- stays inside the limits. The bounds are the tightest of tenant, tier and member (see
-- bounds.sql).

-- Example: risk._percent(1, 5) -> 20.0 %
create or replace function risk._percent(part numeric, whole numeric)
returns text
language sql immutable parallel safe
return coalesce(
    pg_catalog.round(100 * part / nullif(whole, 0), 1)::text || ' %', 'all'
);
comment on function risk._percent(numeric, numeric) is 'A share in words.';

create or replace function risk._assess(
    account_id bigint,
    instrument_id integer,
    side text,
    quantity numeric,
    limit_price numeric,
    stop_price numeric,
    strategy_id bigint,
    at timestamptz,
    member text default session_user,
    oco bigint default null
)
returns table (reason_code text, reason text, max_quantity numeric, price numeric)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    direction constant integer := case _assess.side when 'buy' then 1 else -1 end;
    instrument market.instrument;
    trading record;
    quote record;
    book record;
    before numeric;
    after numeric;
    against numeric;
    -- Share of an amount that fee and slippage may cost.
    cost_fraction constant numeric :=
    (tenant.number_setting('fee_bps') + tenant.number_setting('slippage_bps')) / 10000;
    bound constant jsonb := risk.bounds(_assess.member);
    position_fraction constant numeric :=
    (bound -> 'max_position_fraction')::numeric;
    sector_fraction constant numeric := (bound -> 'max_sector_fraction')::numeric;
    gross_fraction constant numeric := (bound -> 'max_gross_fraction')::numeric;
    net_fraction constant numeric := (bound -> 'max_net_fraction')::numeric;
    leverage constant numeric := (bound -> 'max_leverage')::numeric;
    order_fraction constant numeric := (bound -> 'max_order_fraction')::numeric;
    deviation constant numeric := (bound -> 'max_price_deviation')::numeric;
    daily_loss constant numeric := (bound -> 'max_daily_loss_fraction')::numeric;
    max_positions constant numeric := (bound -> 'max_positions')::numeric;
    allow_short constant boolean := (bound -> 'allow_short')::boolean;
    cash_price numeric;
    equity numeric;
    room numeric;
    missing integer;
    placed integer;
    lost numeric;
    score record;
begin
    select * into strict instrument from market.instrument as i
    where i.instrument_id = _assess.instrument_id;
    select * into trading from risk.trading_state(
        instrument.symbol, _assess.strategy_id, _assess.account_id
    );
    select * into quote from risk.last_close(_assess.instrument_id, _assess.at);
    price := quote.price;

    with line as (
        select
            p.instrument_id, p.quantity as held, p.cost, 0::numeric as buys,
            0::numeric as sells,
            0::numeric as reserved
        from trade.position as p
        where
            p.tenant_id = public.current_tenant() and p.account_id = _assess.account_id
            and p.quantity <> 0
        union all
        -- Of orders that exclude each other only one counts: the largest.
        select
            o.instrument_id, 0, 0,
            max(
                case when o.side = 'buy' then o.quantity - o.filled_quantity else 0 end
            ),
            max(
                case when o.side = 'sell' then o.quantity - o.filled_quantity else 0 end
            ),
            max(case
                when o.side = 'buy' then (o.quantity - o.filled_quantity)
                * coalesce(o.limit_price, greatest(o.stop_price, o.reference_price), 0)
                else 0
            end)
        from trade.orders as o
        where
            o.tenant_id = public.current_tenant() and o.account_id = _assess.account_id
            and o.status in ('ready', 'submitting', 'unknown', 'acked', 'partial')
            and (o.oco is null or o.oco is distinct from _assess.oco)
        group by o.instrument_id, coalesce(o.oco, -o.order_id)
    ),

    summed as (
        select
            line.instrument_id, sum(line.held) as held, sum(line.cost) as cost,
            sum(line.buys) as buys,
            sum(line.sells) as sells, sum(line.reserved) as reserved
        from line group by line.instrument_id
    ),

    valued as (
        select
            summed.*, coalesce(i.sector, i.asset_class) as sector,
            -- An instrument held without a known price is taken at cost.
            coalesce(
                case
                    when i.instrument_id = _assess.instrument_id then quote.price
                    else q.price
                end,
                summed.cost / nullif(summed.held, 0), 0
            ) as price
        from summed
        inner join market.instrument as i on summed.instrument_id = i.instrument_id
        left join lateral risk.last_close(summed.instrument_id, _assess.at) as q
            on i.instrument_id <> _assess.instrument_id
    ),

    exposed as (
        select
            valued.*, valued.instrument_id = _assess.instrument_id as own,
            valued.price * greatest(
                valued.held + valued.buys, valued.sells - valued.held, 0
            ) as exposure
        from valued
    )

    select
        coalesce(sum(e.held) filter (where e.own), 0) as held,
        coalesce(
            sum(
                case when direction > 0 then e.buys else e.sells end
            ) filter (where e.own), 0
        ) as same,
        coalesce(
            sum(
                case when direction > 0 then e.sells else e.buys end
            ) filter (where e.own), 0
        ) as opposite,
        coalesce(sum(e.exposure) filter (
            where not e.own and e.sector = coalesce(
                instrument.sector, instrument.asset_class
            )
        ), 0) as sector_others,
        coalesce(sum(e.exposure) filter (where not e.own), 0) as gross_others,
        coalesce(sum(e.price * greatest(e.held + e.buys, 0)) filter (
            where not e.own
        ), 0) as long_others,
        count(*) filter (where not e.own) as count_others,
        -- Net exposure when everything on this side is filled and nothing else.
        coalesce(sum(
            e.price * case when direction > 0 then e.held + e.buys
            else e.sells - e.held end
        ), 0) as net,
        coalesce(sum(e.held * e.price), 0) as positions_value,
        coalesce(sum(e.reserved), 0) * (1 + cost_fraction) as reserved,
        coalesce(sum((e.buys + e.sells) * e.price), 0) * cost_fraction as open_costs,
        (
            select a.cash from trade.account as a
            where a.tenant_id = public.current_tenant()
            and a.account_id = _assess.account_id
        ) as cash
    into book
    from exposed as e;

    before := direction * book.held + book.same;
    after := before + _assess.quantity;
    against := book.opposite - direction * book.held;
    equity := book.cash + book.positions_value - book.open_costs;

    -- States first: they bind every order, or every order that does not lower exposure.
    if trading.state = 'HALTED' then
        reason_code := 'TRADING_HALTED';
        reason := format('trading is halted, %s', trading.reason);
        max_quantity := 0;
        return next;
        return;
    end if;
    if after > 0 and trading.state = 'REDUCING' then
        reason_code := 'TRADING_STATE_REDUCING';
        reason := format('only orders that lower exposure pass, %s', trading.reason);
    elsif after > 0 and instrument.asset_class = 'index' then
        reason_code := 'NOT_TRADABLE';
        reason := format('%s is an index', instrument.symbol);
    elsif after > 0 and direction < 0
    and not allow_short then
        reason_code := 'SHORT_NOT_ALLOWED';
        reason := format('%s would be %s short', instrument.symbol, after);
    elsif after > 0 and quote.price is null then
        reason_code := 'NO_PRICE';
        reason := format(
            'no price of %s was known at %s', instrument.symbol, _assess.at
        );
    elsif after > 0
        and quote.known_at
        < _assess.at - (bound -> 'max_price_age_days')::numeric * interval '1 day'
    then
        reason_code := 'STALE_PRICE';
        reason := format(
            'the last price of %s is of %s', instrument.symbol, quote.known_at
        );
    elsif after > 0 and market.is_stale(_assess.instrument_id, _assess.at) then
        reason_code := 'STALE_PRICE';
        reason := format(
            'the feed has brought no quote of %s for too long', instrument.symbol
        );
    end if;
    if reason_code is null and after > 0 then
        -- What fails here is refused whatever its size.
        missing := risk.missing_bars(_assess.instrument_id, quote.known_at, _assess.at);
        select count(*) into placed from trade.orders as o
        where
            o.tenant_id = public.current_tenant() and o.account_id = _assess.account_id
            and o.status <> 'refused'
            and o.placed_at > _assess.at - interval '1 minute'
            and o.placed_at <= _assess.at;
        if daily_loss < 1 then
            lost := risk.daily_loss(
                _assess.account_id, book.cash + book.positions_value, _assess.at
            );
        end if;
        select g.* into score from risk.graph_score(
            instrument.symbol, _assess.strategy_id, _assess.account_id
        ) as g where bound ->> 'graph_risk_mode' = 'block';
        if missing > (bound -> 'max_missing_bars')::numeric then
            reason_code := 'MISSING_BAR';
            reason := format(
                '%s of %s missing since %s: the feed lags or has a gap',
                case missing when 1 then 'a bar' else missing || ' bars' end,
                instrument.symbol, quote.known_at
            );
        elsif direction * (_assess.limit_price - quote.price)
            > deviation * quote.price
        then
            reason_code := 'PRICE_COLLAR';
            reason := format(
                'the limit price %s is %s away from %s, the limit is %s',
                _assess.limit_price,
                risk._percent(abs(_assess.limit_price - quote.price), quote.price),
                quote.price, risk._percent(deviation, 1)
            );
        elsif placed >= (bound -> 'max_orders_per_minute')::numeric then
            reason_code := 'ORDER_RATE_LIMIT';
            reason := format(
                '%s orders were placed within a minute, the limit is %s', placed,
                bound -> 'max_orders_per_minute'
            );
        elsif lost > daily_loss then
            reason_code := 'DAILY_LOSS_LIMIT';
            reason := format(
                'the account lost %s since the day began, the limit is %s',
                risk._percent(lost, 1), risk._percent(daily_loss, 1)
            );
        elsif bound ->> 'graph_risk_mode' = 'block'
            and score.score >= (bound -> 'max_graph_risk')::double precision
        then
            reason_code := 'GRAPH_RISK';
            reason := format(
                'the risk graph gives %s a score of %s: %s', instrument.symbol,
                round(score.score::numeric, 2), score.reason
            );
        end if;
    end if;
    if reason_code is not null or quote.price is null then
        max_quantity := greatest(-before, 0);
        return next;
        return;
    end if;

    -- The figures: each limit says how much room it leaves.
    cash_price := coalesce(
        _assess.limit_price, greatest(_assess.stop_price, quote.price)
    );
    room := (
        position_fraction * equity / price - before
    ) / (1 + position_fraction * cost_fraction);
    max_quantity := room;
    room := ((sector_fraction * equity - book.sector_others) / price - before)
    / (1 + sector_fraction * cost_fraction);
    max_quantity := least(max_quantity, greatest(room, against - before));
    room := ((gross_fraction * equity - book.gross_others) / price - before)
    / (1 + gross_fraction * cost_fraction);
    max_quantity := least(max_quantity, greatest(room, against - before));
    room := (net_fraction * equity - book.net) / price
    / (1 + net_fraction * cost_fraction);
    max_quantity := least(max_quantity, room);
    room := order_fraction * equity / price / (1 + order_fraction * cost_fraction);
    max_quantity := least(max_quantity, room);
    if book.held = 0 and book.same = 0 and book.opposite = 0
        and book.count_others >= max_positions
    then
        max_quantity := 0;
    end if;
    if direction > 0 then
        room := ((leverage * equity - book.long_others) / price - before)
        / (1 + leverage * cost_fraction);
        max_quantity := least(max_quantity, room);
        max_quantity := least(
            max_quantity,
            (book.cash - book.reserved) / (cash_price * (1 + cost_fraction))
        );
    end if;
    if direction < 0 and not allow_short then
        max_quantity := least(max_quantity, -before);
    end if;
    -- Whole shares, or millionths of a coin.
    max_quantity := trunc(
        greatest(max_quantity, -before, 0),
        case when instrument.asset_class = 'equity' then 0 else 6 end
    );

    if after > 0 then
        equity := equity - cost_fraction * _assess.quantity * price;
        if after * price > position_fraction * equity then
            reason_code := 'POSITION_LIMIT';
            reason := format(
                '%s would be %s of equity (%s of %s), the limit is %s',
                instrument.symbol,
                risk._percent(after * price, equity), round(after * price, 2),
                round(equity, 2),
                risk._percent(position_fraction, 1)
            );
        elsif after > against
        and book.sector_others + after * price > sector_fraction * equity then
            reason_code := 'SECTOR_LIMIT';
            reason := format(
                '%s would be %s of equity, the limit is %s',
                coalesce(instrument.sector, instrument.asset_class),
                risk._percent(book.sector_others + after * price, equity),
                risk._percent(sector_fraction, 1)
            );
        elsif book.held = 0 and book.same = 0 and book.opposite = 0
            and book.count_others >= max_positions
        then
            reason_code := 'POSITION_COUNT_LIMIT';
            reason := format(
                '%s instruments are held or ordered, the limit is %s',
                book.count_others,
                max_positions
            );
        elsif after > against
        and book.gross_others + after * price > gross_fraction * equity then
            reason_code := 'GROSS_LIMIT';
            reason := format(
                'all positions would be %s of equity, the limit is %s',
                risk._percent(book.gross_others + after * price, equity),
                risk._percent(gross_fraction, 1)
            );
        elsif direction > 0
            and _assess.quantity * cash_price * (1 + cost_fraction)
            > book.cash - book.reserved
        then
            reason_code := 'INSUFFICIENT_CASH';
            reason := format(
                '%s is needed with costs, %s is free',
                round(_assess.quantity * cash_price * (1 + cost_fraction), 2),
                round(book.cash - book.reserved, 2)
            );
        elsif book.net + _assess.quantity * price > net_fraction * equity then
            reason_code := 'NET_LIMIT';
            reason := format(
                'the account would be %s net %s, the limit is %s',
                risk._percent(book.net + _assess.quantity * price, equity),
                case when direction > 0 then 'long' else 'short' end,
                risk._percent(net_fraction, 1)
            );
        elsif direction > 0 and book.long_others + after * price > leverage * equity
        then
            reason_code := 'LEVERAGE_LIMIT';
            reason := format(
                'what is bought would be %s of equity, the limit is %s',
                risk._percent(book.long_others + after * price, equity),
                risk._percent(leverage, 1)
            );
        elsif _assess.quantity * price > order_fraction * equity then
            reason_code := 'ORDER_SIZE_LIMIT';
            reason := format(
                'the order is %s of equity, the limit is %s',
                risk._percent(_assess.quantity * price, equity),
                risk._percent(order_fraction, 1)
            );
        end if;
    end if;
    return next;
end
$$;
comment on function risk._assess(
    bigint, integer, text, numeric, numeric, numeric, bigint, timestamptz, text,
    bigint
) is
'What an order would do to the limits: the code of the first that it breaks (null: '
'none), and how much would pass.';
