-- Placing an order. It never raises for a limit: the refused order is a row like any
-- other, with its reason code, and an event. The same client_order_id, or the same
-- decision and leg, is the same order: asking twice gives the row that is there.
--
-- Example: select status, reason_code from trade.place_order(1, 'AAPL', 'buy', 100000);
--   -> refused | POSITION_LIMIT

create or replace function trade.place_order(
    account_id bigint,
    symbol text,
    side text,
    quantity numeric,
    type text default 'market',
    limit_price numeric default null,
    stop_price numeric default null,
    time_in_force text default 'day',
    decision_id bigint default null,
    client_order_id text default null,
    dry_run boolean default false,
    as_of timestamptz default null,
    leg integer default 0,
    oco bigint default null,
    replaces bigint default null
)
returns trade.orders
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    tenant constant integer := public.current_tenant();
    account trade.account;
    instrument market.instrument;
    cycle agent.cycle;
    wanted trade.orders;
    placed trade.orders;
    judged record;
    clamps risk.clamp[] := array[]::risk.clamp[];
    clamp risk.clamp;
    state text;
    code text;
    score record;
begin
    -- Mistakes are raised: no order could be meant.
    select * into account from trade.account as a
    where a.tenant_id = tenant and a.account_id = place_order.account_id;
    if not found then
        raise exception using
            errcode = 'BW123',
            message = format(
                'there is no account %s', coalesce(place_order.account_id::text, 'null')
            ),
            hint = 'See api.accounts.';
    end if;
    select * into instrument from market.instrument as i
    where i.symbol = place_order.symbol;
    if not found then
        raise exception using
            errcode = 'BW121',
            message = format(
                'unknown symbol %s', coalesce(quote_literal(place_order.symbol), 'null')
            );
    end if;
    if place_order.side is null or place_order.side not in ('buy', 'sell')
        or not coalesce(risk._is_amount(place_order.quantity), false)
        or place_order.type is null
        or place_order.type not in ('market', 'limit', 'stop', 'stop_limit')
        or (place_order.type in ('limit', 'stop_limit'))
        <> (place_order.limit_price is not null)
        or (place_order.type in ('stop', 'stop_limit'))
        <> (place_order.stop_price is not null)
        or not coalesce(risk._is_amount(place_order.limit_price), true)
        or not coalesce(risk._is_amount(place_order.stop_price), true)
        or place_order.time_in_force is null
        or place_order.time_in_force not in ('day', 'gtc', 'ioc', 'fok')
    then
        raise exception using
            errcode = 'BW120',
            message = 'the order makes no sense',
            detail = format(
                'side %s, quantity %s, type %s, limit price %s, stop price %s, time in '
                'force %s',
                coalesce(place_order.side, 'null'),
                coalesce(left(place_order.quantity::text, 40), 'null'),
                coalesce(place_order.type, 'null'),
                coalesce(left(place_order.limit_price::text, 40), 'none'),
                coalesce(left(place_order.stop_price::text, 40), 'none'),
                coalesce(place_order.time_in_force, 'null')
            ),
            hint = 'Side buy or sell; quantity above 0 (1e-12 to 1e20); type market, limit (with '
                'limit_price), stop (with stop_price) or stop_limit (with both); time in '
                'force day, gtc, ioc or fok.';
    end if;
    if place_order.as_of is not null and account.broker <> 'paper' then
        raise exception using
            errcode = 'BW120',
            message = 'only a paper account can trade in the past';
    end if;

    wanted.tenant_id := tenant;
    wanted.account_id := place_order.account_id;
    wanted.instrument_id := instrument.instrument_id;
    wanted.symbol := place_order.symbol;
    wanted.side := place_order.side;
    wanted.quantity := place_order.quantity;
    wanted.type := place_order.type;
    wanted.limit_price := place_order.limit_price;
    wanted.stop_price := place_order.stop_price;
    wanted.time_in_force := place_order.time_in_force;
    wanted.decision_id := place_order.decision_id;
    wanted.leg := place_order.leg;
    wanted.origin := 'desk';
    wanted.oco := place_order.oco;
    wanted.replaces := place_order.replaces;
    wanted.status := 'ready';
    wanted.attempt := 0;
    wanted.filled_quantity := 0;
    wanted.created_at := clock_timestamp();
    wanted.updated_at := wanted.created_at;
    -- A bare date of today means its end, which has not come yet: then it means now.
    wanted.placed_at := case
        when place_order.as_of <= clock_timestamp() then least(
            market.as_of(place_order.as_of), clock_timestamp()
        )
        else coalesce(place_order.as_of, clock_timestamp())
    end;
    if place_order.decision_id is not null then
        select c.* into cycle from agent.decision as d
        inner join agent.cycle as c on d.tenant_id = c.tenant_id
        and d.cycle_id = c.cycle_id
        where d.tenant_id = tenant and d.decision_id = place_order.decision_id;
        if not found then
            raise exception using
                errcode = 'BW120',
                message = format('there is no decision %s', place_order.decision_id);
        end if;
        wanted.strategy_id := cycle.strategy_id;
    end if;
    wanted.placed_by := coalesce(cycle.created_by, session_user);
    -- What the broker tells equal orders by follows from the decision, never from the
    -- try.
    wanted.client_order_id := coalesce(
        place_order.client_order_id,
        case
            when place_order.decision_id is not null
                then format(
                    'bw-%s-%s-%s', tenant, place_order.decision_id, place_order.leg
                )
            else format('bw-%s-%s', tenant, gen_random_uuid())
        end
    );

    if place_order.dry_run then
        clamps := risk._clamps(
            wanted.account_id, wanted.instrument_id, wanted.side, wanted.quantity,
            wanted.limit_price, wanted.stop_price, wanted.strategy_id, wanted.placed_at,
            wanted.placed_by, wanted.oco
        );
        wanted.quantity := coalesce(
            clamps[cardinality(clamps)].after, wanted.quantity
        );
        select * into strict judged from risk._assess(
            wanted.account_id, wanted.instrument_id, wanted.side, wanted.quantity,
            wanted.limit_price,
            wanted.stop_price, wanted.strategy_id, wanted.placed_at, wanted.placed_by,
            wanted.oco
        );
        wanted.reference_price := judged.price;
        if judged.reason_code is not null then
            wanted.status := 'refused';
            wanted.reason_code := judged.reason_code;
            wanted.reason := judged.reason;
        end if;
        return wanted;
    end if;

    -- One who asks for the same order at the same time waits here.
    perform from trade.account as a
    where a.tenant_id = tenant and a.account_id = place_order.account_id
    for update;
    select * into placed from trade.orders as o
    where
        o.tenant_id = tenant
        and (
            o.client_order_id = wanted.client_order_id
            or (o.decision_id = wanted.decision_id and o.leg = wanted.leg)
        )
    order by o.client_order_id = wanted.client_order_id desc limit 1;
    if found then
        if (
            placed.account_id, placed.symbol, placed.side,
            coalesce((
                select c.before from risk.clamp as c
                where c.tenant_id = tenant and c.order_id = placed.order_id
                and c.place = 1
            ), placed.quantity), placed.type, placed.limit_price,
            placed.stop_price, placed.time_in_force, placed.decision_id
        ) is distinct from (
            wanted.account_id, wanted.symbol, wanted.side, wanted.quantity, wanted.type,
            wanted.limit_price,
            wanted.stop_price, wanted.time_in_force, wanted.decision_id
        ) then
            raise exception using
                errcode = 'BW122',
                message = format(
                    'client_order_id %s belongs to another order',
                    placed.client_order_id
                ),
                detail = format(
                    'Order %s: %s %s %s.', placed.order_id, placed.side,
                    placed.quantity, placed.symbol
                );
        end if;
        return placed;
    end if;

    -- What is above a limit is cut to what fits, if the tenant wants that.
    clamps := risk._clamps(
        wanted.account_id, wanted.instrument_id, wanted.side, wanted.quantity,
        wanted.limit_price, wanted.stop_price, wanted.strategy_id, wanted.placed_at,
        wanted.placed_by, wanted.oco
    );
    wanted.quantity := coalesce(clamps[cardinality(clamps)].after, wanted.quantity);
    -- The trigger of the table judges it, as it does for everybody.
    begin
        placed := trade._insert_order(wanted);
    exception
        when others then
            get stacked diagnostics
                state = returned_sqlstate, code = constraint_name,
                wanted.reason = message_text;
            if not exists (
                select from risk.limit as l
                where l.reason_code = code and l.sqlstate = state
            ) then
                raise;
            end if;
            wanted.status := 'refused';
            wanted.reason_code := code;
    end;
    if wanted.status = 'refused' then
        wanted.quantity := place_order.quantity;
        clamps := array[]::risk.clamp[];
        placed := trade._insert_order(wanted);
    end if;
    foreach clamp in array clamps loop
        insert into risk.clamp (order_id, place, reason_code, before, after, reason)
        values (
            placed.order_id, clamp.place, clamp.reason_code, clamp.before, clamp.after,
            clamp.reason
        );
        perform agent.record_event(
            'OrderClamped', placed.symbol,
            jsonb_build_object(
                'order_id', placed.order_id, 'limit', clamp.reason_code,
                'before', clamp.before, 'after', clamp.after, 'reason', clamp.reason
            ),
            cycle.cycle_id
        );
    end loop;
    if placed.status = 'ready'
        and risk.bounds(wanted.placed_by) ->> 'graph_risk_mode' = 'warn'
    then
        select * into score from risk.graph_score(
            placed.symbol, placed.strategy_id, placed.account_id
        );
        if score.score
            >= (risk.bounds(wanted.placed_by) -> 'max_graph_risk')::double precision
        then
            perform agent.record_event(
                'GraphRiskWarning', placed.symbol,
                jsonb_build_object(
                    'order_id', placed.order_id, 'score', score.score,
                    'reason', score.reason
                ),
                cycle.cycle_id
            );
        end if;
    end if;

    perform agent.record_event(
        case placed.status when 'refused' then 'OrderRefused' else 'OrderPlaced' end,
        placed.symbol,
        jsonb_strip_nulls(jsonb_build_object(
            'order_id', placed.order_id, 'account_id', placed.account_id,
            'side', placed.side, 'quantity', placed.quantity, 'type', placed.type,
            'client_order_id', placed.client_order_id,
            'decision_id', placed.decision_id,
            'reason_code', placed.reason_code, 'reason', placed.reason
        )),
        cycle.cycle_id
    );
    return placed;
end
$$;
comment on function trade.place_order(
    bigint, text, text, numeric, text, numeric, numeric, text, bigint, text, boolean,
    timestamptz, integer, bigint, bigint
) is
'Places an order: ready to be sent, or refused with the code of the limit it breaks. A '
'dry run stores nothing.';
