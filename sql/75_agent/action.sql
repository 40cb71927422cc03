-- Swarm memory: what each agent stood for, what came of it, how much its word counts.
--
-- Example: select agent.settle_actions();       -- writes down what came of actions
--          select agent.suggest_weights();      -- and what follows from it

-- A step becomes an action: the signal for itself, the others for it or against it.
-- They are written when the cycle's last agent has spoken, or when it fails before: all
-- at once, because the desk's graph follows each statement.
create or replace function agent.remember_actions(cycle_id bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    bars constant integer := tenant.number_setting('action_horizon');
begin
    insert into agent.action (
        cycle_id, agent, symbol, model, stance, regime, horizon, snapshot_id, as_of
    )
    select
        s.cycle_id, s.step, s.symbol, s.model,
        case
            when s.step = 'DataAgent' then sign.said
            when s.verdict in ('approved', 'validated', 'EXECUTE') then sign.said
            when s.verdict in ('refused', 'DO_NOT_EXECUTE') then -sign.said
            else 0
        end,
        state.regime, bars, state.snapshot_id, c.as_of
    from agent.step as s
    inner join agent.cycle as c
        on s.tenant_id = c.tenant_id and s.cycle_id = c.cycle_id
    inner join agent.step as signal
        on s.tenant_id = signal.tenant_id and s.cycle_id = signal.cycle_id
        and s.symbol = signal.symbol and signal.step = 'DataAgent'
    cross join lateral (
        select case signal.verdict when 'buy' then 1 when 'sell' then -1 else 0 end
        as said
    ) as sign
    inner join market.instrument as i on s.symbol = i.symbol
    left join lateral (
        select k.snapshot_id, k.regime from market.snapshot_known as k
        where k.instrument_id = i.instrument_id and k.bar_interval = '1d'
        and k.known_at <= c.as_of and k.known_until > c.as_of
        order by k.ts desc limit 1
    ) as state on true
    where
        s.tenant_id = public.current_tenant()
        and s.cycle_id = remember_actions.cycle_id
        and s.verdict <> 'skipped'
    on conflict (tenant_id, cycle_id, agent, symbol) do nothing;
end
$$;
comment on function agent.remember_actions(bigint) is
'Writes down what each agent of a cycle stood for.';

create or replace function agent.settle_actions(as_of timestamptz default null)
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := coalesce(settle_actions.as_of, clock_timestamp());
    settled integer;
begin
    update agent.action as a
    set impact = a.stance * o.forward_return, settled_at = o.known_at
    from market.outcome_known as o
    where
        a.tenant_id = public.current_tenant() and a.settled_at is null
        and a.snapshot_id = o.snapshot_id and a.horizon = o.horizon
        and o.known_at <= moment and o.known_until > moment;
    get diagnostics settled = row_count;

    -- Realised profit of what the decision opened, first in first out.
    update agent.action as a
    set
        decision_id = earned.decision_id,
        pnl = earned.realised * a.stance * earned.direction
    from (
        select
            d.tenant_id, d.decision_id, d.cycle_id, d.symbol,
            case d.side when 'buy' then 1 else -1 end as direction,
            sum(l.realised) as realised
        from trade.account as t
        cross join lateral trade.fifo(t.account_id) as l
        inner join trade.fill as f
            on t.tenant_id = f.tenant_id and l.opened_by = f.fill_id
        inner join trade.orders as o
            on f.tenant_id = o.tenant_id and f.order_id = o.order_id
        inner join agent.decision as d
            on o.tenant_id = d.tenant_id and o.decision_id = d.decision_id
        where
            t.tenant_id = public.current_tenant() and l.closed_at is not null
            and l.closed_at <= moment
        group by d.tenant_id, d.decision_id, d.cycle_id, d.symbol, d.side
    ) as earned
    where a.tenant_id = earned.tenant_id and a.cycle_id = earned.cycle_id
    and a.symbol = earned.symbol
    and a.pnl is distinct from earned.realised * a.stance * earned.direction;

    -- What a model's answer brought is what the routing learns from.
    insert into agent.call_score (call_id, source, score, reason)
    select
        c.call_id, 'outcome',
        case when a.impact > 0 then 1 when a.impact < 0 then 0 else 0.5 end,
        format('%s of %s: %s over %s bars', a.agent, a.symbol, a.impact, a.horizon)
    from agent.action as a
    inner join agent.call as c
        on a.tenant_id = c.tenant_id and a.cycle_id = c.cycle_id and a.agent = c.step
        and a.symbol = c.symbol
    where
        a.tenant_id = public.current_tenant() and a.impact is not null
        and a.stance <> 0 and c.outcome = 'ok'
    on conflict (tenant_id, call_id, source) do nothing;
    return settled;
end
$$;
comment on function agent.settle_actions(timestamptz) is
'Writes down what came of actions as far as it is known; returns how many were new.';

create or replace function agent.suggest_weights()
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    mode constant text := tenant.setting('agent_weights') #>> '{}';
    shrinkage constant double precision := tenant.number_setting('shrinkage');
    found record;
    made agent.weight;
    suggested integer := 0;
begin
    if mode = 'off' then
        return 0;
    end if;
    perform pg_advisory_xact_lock(
        hashtext('agent.suggest_weights'), public.current_tenant()
    );
    for found in
        with counted as (
            select
                a.agent, coalesce(a.regime, '') as regime,
                grouping(coalesce(a.regime, '')) = 1 as overall,
                count(*) as n, count(*) filter (where a.impact > 0) as wins,
                avg(a.impact) as mean_impact, sum(a.pnl) as pnl
            from agent.action as a
            where a.tenant_id = public.current_tenant() and a.impact is not null
            and a.stance <> 0
            group by grouping sets ((a.agent), (a.agent, coalesce(a.regime, '')))
        )

        select
            c.agent, case when c.overall then '' else c.regime end as regime, c.n,
            c.wins, c.mean_impact, c.pnl,
            -- The share of hits, drawn towards one half as long as there are few: a beta
            -- prior with the weight of `shrinkage` actions.
            greatest(
                0.25, least(2, 2 * (c.wins + shrinkage / 2) / (c.n + shrinkage))
            ) as weight,
            before.weight as last_weight
        from counted as c
        left join lateral (
            select w.weight from agent.weight as w
            where
                w.tenant_id = public.current_tenant() and w.agent = c.agent
                and w.regime = case when c.overall then '' else c.regime end
                and w.status <> 'replaced'
            order by w.weight_id desc limit 1
        ) as before on true
        where c.overall or c.regime <> ''
        order by c.agent, c.overall desc, c.regime
    loop
        continue when abs(found.weight - coalesce(found.last_weight, 1)) < 0.01;
        insert into agent.weight (agent, regime, weight, status, reason, evidence)
        values (
            found.agent, found.regime, found.weight, 'suggested',
            format(
                '%s of %s settled actions%s were right (%s %%), mean impact %s %%; '
                'drawn towards even with the weight of %s actions: %s',
                found.wins, found.n,
                case when found.regime = '' then ''
                else format(' in the regime %s', found.regime) end,
                round(100.0 * found.wins / found.n, 1),
                round((100 * found.mean_impact)::numeric, 2), shrinkage,
                round(found.weight::numeric, 2)
            ),
            jsonb_build_object(
                'n', found.n, 'wins', found.wins, 'mean_impact', found.mean_impact,
                'pnl', found.pnl, 'shrinkage', shrinkage
            )
        )
        returning * into made;
        suggested := suggested + 1;
        if mode = 'auto' then
            perform agent.apply_weight(made.weight_id);
        else
            perform agent.ask_approval(
                'weight',
                jsonb_build_object(
                    'weight_id', made.weight_id, 'agent', made.agent,
                    'regime', made.regime, 'weight', made.weight
                ), made.reason
            );
            perform agent.record_event(
                'WeightSuggested', null,
                jsonb_build_object(
                    'weight_id', made.weight_id, 'agent', made.agent,
                    'weight', made.weight, 'reason', made.reason
                )
            );
        end if;
    end loop;
    return suggested;
end
$$;
comment on function agent.suggest_weights() is
'Suggests how much each agent''s word should count, by its record; applied at once or '
'asked for, by the setting agent_weights. Returns how many changed.';

create or replace function agent.apply_weight(weight_id bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    applied agent.weight;
begin
    update agent.weight as w set status = 'applied'
    where w.tenant_id = public.current_tenant()
    and w.weight_id = apply_weight.weight_id and w.status = 'suggested'
    returning w.* into applied;
    if not found then
        raise exception using
            errcode = 'BW423',
            message = format(
                'weight %s is not waiting to be applied', apply_weight.weight_id
            );
    end if;
    update agent.weight as w set status = 'replaced'
    where w.tenant_id = applied.tenant_id and w.agent = applied.agent
    and w.regime = applied.regime and w.weight_id < applied.weight_id
    and w.status in ('applied', 'suggested');
    perform agent.record_event(
        'WeightApplied', null,
        jsonb_build_object(
            'weight_id', applied.weight_id, 'agent', applied.agent,
            'regime', applied.regime, 'weight', applied.weight,
            'reason', applied.reason
        )
    );
end
$$;
comment on function agent.apply_weight(bigint) is
'Lets a suggested weight count from now on.';

create or replace function agent.weights(regime text default null)
returns table (agent text, weight double precision, reason text)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select named.agent, coalesce(w.weight, 1), coalesce(w.reason, 'no record yet')
    from unnest('{DataAgent,RiskManager,Validator,MetaAgent}'::text[]) with ordinality
        as named (agent, place)
    left join lateral (
        select a.weight, a.reason from agent.weight as a
        where
            a.tenant_id = public.current_tenant() and a.agent = named.agent
            and a.status = 'applied' and a.regime in ('', coalesce(weights.regime, ''))
        order by a.regime <> '' desc, a.weight_id desc limit 1
    ) as w on true
    order by named.place
$$;
comment on function agent.weights(text) is
'How much each agent''s word counts in a regime (that of the regime, or in all), and '
'why.';
