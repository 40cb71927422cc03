-- Exit plans: when a position is given up. Made with the fill that opens it, from what
-- the decision said or from the settings; watched on each bar that comes; an exit is an
-- order like any other, and passes every limit because it only lowers exposure.

-- A price of a plan: positive and on the right side of the entry, else null.
create or replace function trade._exit_price(said text, entry numeric, above boolean)
returns numeric
language sql immutable parallel safe
return case
    when agent._number(said) > 0 and (agent._number(said) > entry) = above
        then agent._number(said)
end;
comment on function trade._exit_price(text, numeric, boolean)
    is 'A price in an exit plan, if it can be one.';

create or replace function trade._exit_time(said text)
returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return case when isfinite(said::timestamptz) then said::timestamptz end;
exception
    -- What an agent wrote need not be a time.
    when invalid_datetime_format or datetime_field_overflow then return null;
end
$$;
comment on function trade._exit_time(text)
    is 'A time in an exit plan, if it can be one.';

create or replace function trade._plan_exit(
    ordered trade.orders, before numeric, after numeric, price numeric, at timestamptz
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    direction constant integer := sign(after);
    wanted jsonb;
    bracketed jsonb;
    planned trade.exit_plan;
    swing numeric;
    newest timestamptz;
begin
    select * into planned from trade.exit_plan as p
    where
        p.tenant_id = ordered.tenant_id and p.account_id = ordered.account_id
        and p.instrument_id = ordered.instrument_id
        and p.status in ('active', 'triggered')
    for update;
    if planned.plan_id is not null and planned.direction <> direction then
        update trade.exit_plan as p
        set status = case when after = 0 or p.status = 'triggered' then 'closed'
        else 'replaced' end
        where p.tenant_id = planned.tenant_id and p.plan_id = planned.plan_id;
        planned := null;
    end if;
    if after = 0 then
        delete from work.watched_position as w
        where w.tenant_id = ordered.tenant_id and w.account_id = ordered.account_id
        and w.instrument_id = ordered.instrument_id;
        return;
    end if;
    -- Less of the same position keeps its plan.
    if abs(after) <= abs(coalesce(before, 0)) and planned.plan_id is not null then
        return;
    end if;
    select d.exit_plan into wanted from agent.decision as d
    where d.tenant_id = ordered.tenant_id and d.decision_id = ordered.decision_id;
    if planned.plan_id is not null then
        -- More of it without a new plan keeps the old one, and so does a part of the
        -- same order.
        if wanted is null or planned.opened_by = ordered.order_id then
            return;
        end if;
        update trade.exit_plan as p set status = 'replaced'
        where p.tenant_id = planned.tenant_id and p.plan_id = planned.plan_id;
    end if;

    -- What somebody opened past the desk is not the desk's to close.
    if ordered.origin = 'external' then
        return;
    end if;

    select coalesce(s.atr_fraction, 0.03)::numeric * price into swing
    from (select) as always
    left join lateral (
        select known.atr_fraction from market.snapshot_known as known
        where
            known.instrument_id = ordered.instrument_id and known.bar_interval = '1d'
            and known.known_at <= at and known.known_until > at
        order by known.ts desc limit 1
    ) as s on true;
    -- Bars that are there already are the past of a replay, not what comes.
    select max(b.known_at) into newest from market.bar as b
    where b.instrument_id = ordered.instrument_id;
    -- A bracket says it itself.
    select
        coalesce(wanted, '{}') || jsonb_strip_nulls(
            jsonb_build_object('stop', b.stop_loss, 'target', b.take_profit)
        ) into bracketed
    from trade.bracket as b
    where b.tenant_id = ordered.tenant_id and b.order_id = ordered.order_id;
    wanted := coalesce(bracketed, wanted);
    planned.stop_price := coalesce(
        trade._exit_price(wanted ->> 'stop', price, direction < 0),
        nullif(greatest(
            price - direction * tenant.number_setting('exit_stop_atr') * swing, 0
        ), 0)
    );
    planned.target_price := coalesce(
        trade._exit_price(wanted ->> 'target', price, direction > 0),
        nullif(greatest(
            price + direction * tenant.number_setting('exit_target_atr') * swing, 0
        ), 0)
    );
    planned.exit_by := coalesce(
        trade._exit_time(wanted ->> 'until'),
        at + tenant.number_setting('exit_days') * interval '1 day'
    );
    insert into trade.exit_plan (
        account_id, instrument_id, symbol, direction, opened_by, entry_price,
        stop_price, target_price, exit_by, close_below, close_above, invalidation,
        checked_until
    ) values (
        ordered.account_id, ordered.instrument_id, ordered.symbol, direction,
        ordered.order_id, price, round(planned.stop_price, 8),
        round(planned.target_price, 8), planned.exit_by,
        trade._exit_price(wanted ->> 'close_below', price, false),
        trade._exit_price(wanted ->> 'close_above', price, true),
        coalesce(
            nullif(btrim(wanted ->> 'invalidation'), ''),
            format(
                'a close %s %s', case when direction > 0 then 'below' else 'above' end,
                round(planned.stop_price, 4)
            )
        ),
        greatest(at, newest)
    )
    returning * into planned;
    insert into work.watched_position (tenant_id, account_id, instrument_id)
    values (planned.tenant_id, planned.account_id, planned.instrument_id)
    on conflict (tenant_id, account_id, instrument_id) do nothing;
    perform agent.record_event(
        'ExitPlanned', planned.symbol,
        jsonb_build_object(
            'plan_id', planned.plan_id, 'order_id', ordered.order_id,
            'stop', planned.stop_price, 'target', planned.target_price,
            'until', planned.exit_by, 'invalidation', planned.invalidation
        ),
        trade._cycle_of(ordered)
    );
end
$$;
comment on function trade._plan_exit(
    trade.orders, numeric, numeric, numeric, timestamptz
) is 'Makes, keeps or closes the exit plan of a position after a fill.';

-- What a bar does to a plan. Of stop and target in one bar the stop came first: nobody
-- can know better.
drop function if exists trade._exit_trigger(trade.exit_plan, market.bar, boolean);
create or replace function trade._exit_trigger(
    plan trade.exit_plan, bar market.bar, has_stop boolean default false,
    has_target boolean default false
)
returns text
language sql immutable
return case
    when not has_stop and plan.direction > 0
        and coalesce(bar.low, bar.close)::numeric <= plan.stop_price then 'stop'
    when not has_stop and plan.direction < 0
        and coalesce(bar.high, bar.close)::numeric >= plan.stop_price then 'stop'
    when bar.bar_interval <> 'quote' and (
        bar.close::numeric < plan.close_below or bar.close::numeric > plan.close_above
    )
        then 'proved wrong'
    when not has_target and plan.direction > 0
        and coalesce(bar.high, bar.close)::numeric >= plan.target_price then 'target'
    when not has_target and plan.direction < 0
        and coalesce(bar.low, bar.close)::numeric <= plan.target_price then 'target'
    when bar.known_at >= plan.exit_by then 'time'
end;
comment on function trade._exit_trigger(
    trade.exit_plan, market.bar, boolean, boolean
) is
'Whether a bar ends a position: stop, proved wrong, target, time, or null; a stop or a '
'target that is with the broker already is the broker''s.';

-- Splits: the bar says so (see market.prices), and the plan's prices follow, so that a
-- price that was halved is no loss of half.
create or replace function trade._close_before(bar market.bar)
returns double precision
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select b.close from market.bar as b
    where b.instrument_id = bar.instrument_id and b.bar_interval = '1d'
    and b.ts < date_trunc('day', bar.ts, 'UTC')
    order by b.ts desc limit 1
$$;
comment on function trade._close_before(market.bar)
    is 'The last daily close before the day of a bar.';

create or replace function trade._split_suspected(bar market.bar)
returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        i.asset_class = 'equity' and exists (
            select from unnest(array[1.5, 2, 3, 4, 5, 7, 10, 20]) as size
            where abs(
                abs(ln(bar.close / trade._close_before(bar))) - ln(size::float8)
            ) < 0.06
        ), false
    )
    from market.instrument as i where i.instrument_id = bar.instrument_id
$$;
comment on function trade._split_suspected(market.bar)
    is 'Whether a price is about a simple ratio away from the last daily close.';

create or replace function trade._after_split(plan trade.exit_plan, bar market.bar)
returns trade.exit_plan
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    ratio numeric;
    changed trade.exit_plan;
begin
    if bar.bar_interval <> '1d'
        or coalesce(abs(ln(bar.close / trade._close_before(bar))), 0) < 0.15
    then
        return plan;
    end if;
    -- By how much stored prices shrank from the bar before to this one.
    select round((s.factor_before / s.factor)::numeric, 6) into ratio
    from (
        select
            p.ts, p.split_suspected, p.close / p.stored_close as factor,
            lag(p.close / p.stored_close) over (order by p.ts) as factor_before
        from market.prices(bar.instrument_id, '1d', bar.known_at) as p
    ) as s
    where s.ts = bar.ts and s.split_suspected;
    if coalesce(ratio, 1) = 1 then
        return plan;
    end if;
    update trade.exit_plan as p
    set
        entry_price = round(p.entry_price * ratio, 8),
        stop_price = round(p.stop_price * ratio, 8),
        target_price = round(p.target_price * ratio, 8),
        close_below = round(p.close_below * ratio, 8),
        close_above = round(p.close_above * ratio, 8),
        split_factor = p.split_factor * ratio, checked_until = bar.known_at
    where p.tenant_id = plan.tenant_id and p.plan_id = plan.plan_id
    returning p.* into changed;
    perform agent.record_event(
        'ExitPlanChanged', plan.symbol,
        jsonb_build_object(
            'plan_id', plan.plan_id, 'reason', 'split', 'factor', ratio,
            'stop', changed.stop_price, 'target', changed.target_price
        )
    );
    return changed;
end
$$;
comment on function trade._after_split(trade.exit_plan, market.bar)
    is 'An exit plan, its prices multiplied if a daily bar shows a split.';

create or replace function trade.watch_exits(account_id bigint)
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    account trade.account;
    plan trade.exit_plan;
    bar market.bar;
    held numeric;
    fired text;
    standing record;
    placed trade.orders;
    exits integer := 0;
begin
    -- The account first, as for a new order.
    select * into account from trade.account as a
    where a.tenant_id = public.current_tenant()
    and a.account_id = watch_exits.account_id
    for update;
    if not found then
        raise exception using
            errcode = 'BW123',
            message = format('there is no account %s', watch_exits.account_id),
            hint = 'See api.accounts.';
    end if;
    -- An exit that ended without taking the position out is tried again.
    update trade.exit_plan as p
    set status = 'active', attempts = p.attempts + 1
    from trade.orders as o
    where
        p.tenant_id = account.tenant_id and p.account_id = account.account_id
        and p.status = 'triggered'
        and p.tenant_id = o.tenant_id and p.exit_order_id = o.order_id
        and o.status in ('canceled', 'rejected', 'expired');
    for plan in
        select p.* from trade.exit_plan as p
        where p.tenant_id = account.tenant_id and p.account_id = account.account_id
        and p.status = 'active'
        order by p.plan_id for update
    loop
        select p.quantity into held from trade.position as p
        where p.tenant_id = plan.tenant_id and p.account_id = plan.account_id
        and p.instrument_id = plan.instrument_id;
        fired := null;
        for bar in
            select b.* from market.bar as b
            where
                b.instrument_id = plan.instrument_id
                and b.known_at > plan.checked_until
                -- A bar is known at the latest two days after it began.
                and b.ts > plan.checked_until - interval '2 days'
            union all
            -- A quote is a bar at the price that the position would bring.
            select q.* from market.quote as said
            cross join lateral (
                select case when plan.direction > 0 then said.bid else said.ask end
                as price
            ) as p
            cross join lateral jsonb_populate_record(
                null::market.bar, jsonb_build_object(
                    'instrument_id', said.instrument_id, 'bar_interval', 'quote',
                    'ts', said.ts, 'open', p.price, 'high', p.price, 'low', p.price,
                    'close', p.price, 'known_at', said.known_at
                )
            ) as q
            where
                said.instrument_id = plan.instrument_id
                and said.known_at > plan.checked_until
                and said.ts > plan.checked_until - interval '2 days'
            order by known_at, ts
        loop
            -- What looks like a split is one or not when the day's bar is there.
            continue when bar.bar_interval <> '1d' and trade._split_suspected(bar);
            plan := trade._after_split(plan, bar);
            select
                coalesce(bool_or(s.type in ('stop', 'stop_limit')), false) as has_stop,
                coalesce(bool_or(s.type = 'limit'), false) as has_target
            into standing
            from (
                select o.type from trade.orders as o
                where o.tenant_id = plan.tenant_id and o.account_id = plan.account_id
                and o.instrument_id = plan.instrument_id and o.oco is not null
                and o.status in ('ready', 'submitting', 'unknown', 'acked', 'partial')
                union all
                -- Legs that the broker keeps and has not named yet.
                select unnest(array_remove(array[
                    case when b.stop_loss is not null then 'stop' end,
                    case when b.take_profit is not null then 'limit' end
                ], null)) from trade.bracket as b
                where b.tenant_id = plan.tenant_id and b.order_id = plan.opened_by
                and b.is_native and b.status = 'waiting'
            ) as s;
            fired := trade._exit_trigger(
                plan, bar, standing.has_stop, standing.has_target
            );
            exit when fired is not null;
            update trade.exit_plan as p set checked_until = bar.known_at
            where p.tenant_id = plan.tenant_id and p.plan_id = plan.plan_id;
        end loop;
        continue when fired is null or held is null or held = 0;

        -- What else would close it goes first, or both would: where the broker has not
        -- yet said that it is out, the next look goes on.
        perform trade.request_cancel(o.order_id, format('exit by %s', fired))
        from trade.orders as o
        where o.tenant_id = plan.tenant_id and o.account_id = plan.account_id
        and o.instrument_id = plan.instrument_id
        and (
            o.side = case when held > 0 then 'sell' else 'buy' end
            -- Nor may what is left of the entry open it again.
            or o.order_id = plan.opened_by
        )
        and o.status in ('ready', 'submitting', 'unknown', 'acked', 'partial');
        continue when exists (
            select from trade.orders as o
            where o.tenant_id = plan.tenant_id and o.account_id = plan.account_id
            and o.instrument_id = plan.instrument_id
            and (
                o.side = case when held > 0 then 'sell' else 'buy' end
                or o.order_id = plan.opened_by
            )
            and o.status in ('ready', 'submitting', 'unknown', 'acked', 'partial')
        );
        select p.quantity into held from trade.position as p
        where p.tenant_id = plan.tenant_id and p.account_id = plan.account_id
        and p.instrument_id = plan.instrument_id;
        continue when held = 0 or sign(held) <> plan.direction;

        placed := trade.place_order(
            plan.account_id, plan.symbol, case when held > 0 then 'sell' else 'buy' end,
            abs(held), time_in_force => 'gtc',
            client_order_id => format(
                'bw-%s-exit-%s-%s', plan.tenant_id, plan.plan_id, plan.attempts
            ),
            as_of => case when account.broker = 'paper'
                -- Just after midnight: at midnight it would be a bare date.
                then least(
                    bar.known_at + interval '1 microsecond', clock_timestamp()
                ) end
        );
        if placed.status = 'refused' then
            update trade.exit_plan as p set attempts = p.attempts + 1
            where p.tenant_id = plan.tenant_id and p.plan_id = plan.plan_id;
            perform ops.raise_alert(
                'exit_refused',
                jsonb_build_object(
                    'symbol', plan.symbol, 'trigger', fired, 'reason', placed.reason,
                    'account_id', plan.account_id
                ), format('%s %s', plan.account_id, plan.symbol)
            );
            continue;
        end if;
        update trade.exit_plan as p
        set
            status = 'triggered', triggered_by = fired, triggered_at = bar.known_at,
            exit_order_id = placed.order_id, checked_until = bar.known_at
        where p.tenant_id = plan.tenant_id and p.plan_id = plan.plan_id;
        perform agent.record_event(
            'ExitTriggered', plan.symbol,
            jsonb_build_object(
                'plan_id', plan.plan_id, 'order_id', placed.order_id,
                'trigger', fired, 'bar', bar.ts, 'close', bar.close
            )
        );
        exits := exits + 1;
    end loop;
    return exits;
end
$$;
comment on function trade.watch_exits(bigint) is
'Looks at the bars and quotes that came since the last time and places the exits that '
'they trigger; returns how many.';

create or replace function trade.set_exit_plan(
    account_id bigint,
    symbol text,
    stop numeric default null,
    target numeric default null,
    until timestamptz default null,
    invalidation text default null
)
returns trade.exit_plan
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    plan trade.exit_plan;
    last_price numeric;
begin
    select p.* into plan from trade.exit_plan as p
    where p.tenant_id = public.current_tenant()
    and p.account_id = set_exit_plan.account_id and p.symbol = set_exit_plan.symbol
    and p.status = 'active'
    for update;
    if not found then
        raise exception using
            errcode = 'BW126',
            message = format(
                'account %s has no watched position of %s', set_exit_plan.account_id,
                set_exit_plan.symbol
            );
    end if;
    select q.price into last_price
    from risk.last_close(plan.instrument_id, clock_timestamp()) as q;
    if plan.direction * (last_price - set_exit_plan.stop) <= 0
        or plan.direction * (set_exit_plan.target - last_price) <= 0
    then
        raise exception using
            errcode = 'BW120',
            message = format(
                'at %s a stop of %s or a target of %s would end it at once',
                last_price, coalesce(set_exit_plan.stop::text, 'none'),
                coalesce(set_exit_plan.target::text, 'none')
            );
    end if;
    update trade.exit_plan as p
    set
        stop_price = coalesce(set_exit_plan.stop, p.stop_price),
        target_price = coalesce(set_exit_plan.target, p.target_price),
        exit_by = coalesce(set_exit_plan.until, p.exit_by),
        invalidation = coalesce(set_exit_plan.invalidation, p.invalidation)
    where p.tenant_id = plan.tenant_id and p.plan_id = plan.plan_id
    returning p.* into plan;
    perform agent.record_event(
        'ExitPlanChanged', plan.symbol,
        jsonb_build_object(
            'plan_id', plan.plan_id, 'stop', plan.stop_price,
            'target', plan.target_price, 'until', plan.exit_by, 'by', session_user
        )
    );
    return plan;
end
$$;
comment on function trade.set_exit_plan(
    bigint, text, numeric, numeric, timestamptz, text
) is 'Changes when a position is given up; what is null stays.';
