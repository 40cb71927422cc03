-- What was learnt in one database, to be taken into another: prompts, weights, and what
-- agents stood for with what came of it. `bellwether promote` carries it from the paper
-- database to the live one.
--
-- Example: select jsonb_array_length(agent.learnt() -> 'prompts');
--          select agent.take_learnt(:'learnt') -> {"prompts": 2, "weights": 4, ...}

create or replace function agent.learnt()
returns jsonb
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'prompts', coalesce((
            select jsonb_agg(
                jsonb_build_object(
                    'name', p.name, 'version', p.version, 'body', p.body,
                    'answer_schema', p.answer_schema, 'note', p.note,
                    'active', p.active
                ) order by p.name, p.version
            )
            from agent.prompt as p where p.tenant_id = public.current_tenant()
        ), '[]'),
        'weights', coalesce((
            select jsonb_agg(
                jsonb_build_object(
                    'agent', w.agent, 'regime', w.regime, 'weight', w.weight,
                    'reason', w.reason, 'evidence', w.evidence
                ) order by w.agent, w.regime
            )
            from agent.weight as w
            where w.tenant_id = public.current_tenant() and w.status = 'applied'
        ), '[]'),
        'cycles', coalesce((
            select jsonb_agg(
                jsonb_build_object(
                    'trace_id', c.trace_id, 'as_of', c.as_of, 'symbols', c.symbols,
                    'actions', stood.actions
                ) order by c.as_of, c.cycle_id
            )
            from agent.cycle as c
            cross join lateral (
                select jsonb_agg(
                    to_jsonb(a) - '{tenant_id,cycle_id,snapshot_id,decision_id}'::text[]
                    order by a.agent, a.symbol
                ) as actions
                from agent.action as a
                where a.tenant_id = c.tenant_id and a.cycle_id = c.cycle_id
                and a.settled_at is not null
            ) as stood
            where c.tenant_id = public.current_tenant() and stood.actions is not null
        ), '[]')
    )
$$;
comment on function agent.learnt() is
'What the tenant''s agents learnt: prompts, the weights that hold, and actions whose '
'outcome is known.';

create or replace function agent.take_learnt(learnt jsonb)
returns jsonb
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    tenant constant integer := public.current_tenant();
    item jsonb;
    version integer;
    cycle bigint;
    prompts integer := 0;
    weights integer := 0;
    actions integer := 0;
    added integer;
begin
    if jsonb_typeof(take_learnt.learnt -> 'prompts') is distinct from 'array'
        or jsonb_typeof(take_learnt.learnt -> 'weights') is distinct from 'array'
        or jsonb_typeof(take_learnt.learnt -> 'cycles') is distinct from 'array'
    then
        raise exception using
            errcode = 'BW413',
            message = 'what was learnt needs prompts, weights and cycles';
    end if;
    perform pg_advisory_xact_lock(hashtext('agent.take_learnt'), tenant);

    -- Versions count on here; the words are what makes a prompt the same.
    for item in
        select p.value from jsonb_array_elements(learnt -> 'prompts') as p
        order by p.value ->> 'name', (p.value ->> 'version')::integer
    loop
        continue when exists (
            select from agent.prompt as p
            where p.tenant_id = tenant and p.name = item ->> 'name'
            and p.body = item ->> 'body' and p.answer_schema is not distinct from nullif(
                item -> 'answer_schema', 'null'
            )
        );
        select coalesce(max(p.version), 0) + 1 into version from agent.prompt as p
        where p.tenant_id = tenant and p.name = item ->> 'name';
        insert into agent.prompt (name, version, body, answer_schema, active, note)
        values (
            item ->> 'name', version, item ->> 'body',
            nullif(item -> 'answer_schema', 'null'), (item ->> 'active')::boolean,
            coalesce(item ->> 'note', format('version %s on paper', item ->> 'version'))
        );
        prompts := prompts + 1;
    end loop;

    for item in select w.value from jsonb_array_elements(learnt -> 'weights') as w loop
        continue when exists (
            select from agent.weight as w
            where w.tenant_id = tenant and w.agent = item ->> 'agent'
            and w.regime = item ->> 'regime' and w.status = 'applied'
            and w.weight = (item ->> 'weight')::double precision
        );
        update agent.weight as w set status = 'replaced'
        where w.tenant_id = tenant and w.agent = item ->> 'agent'
        and w.regime = item ->> 'regime' and w.status = 'applied';
        insert into agent.weight (agent, regime, weight, status, reason, evidence)
        values (
            item ->> 'agent', item ->> 'regime', (item ->> 'weight')::double precision,
            'applied', 'learnt on paper: ' || (item ->> 'reason'), item -> 'evidence'
        );
        weights := weights + 1;
    end loop;

    -- A cycle keeps its trace, by which a second time finds it.
    for item in select c.value from jsonb_array_elements(learnt -> 'cycles') as c loop
        select c.cycle_id into cycle from agent.cycle as c
        where c.tenant_id = tenant and c.trace_id = (item ->> 'trace_id')::uuid;
        if not found then
            insert into agent.cycle (
                kind, symbols, "execute", as_of, status, reason, trace_id, finished_at
            )
            select
                'learnt', array_agg(s.symbol order by s.place), false,
                (item ->> 'as_of')::timestamptz, 'done', 'learnt in another database',
                (item ->> 'trace_id')::uuid, clock_timestamp()
            from jsonb_array_elements_text(item -> 'symbols') with ordinality
                as s (symbol, place)
            returning cycle_id into cycle;
        end if;
        insert into agent.action (
            cycle_id, agent, symbol, model, stance, regime, horizon, as_of, impact, pnl,
            settled_at
        )
        select
            cycle, a.agent, a.symbol, a.model, a.stance, a.regime, a.horizon, a.as_of,
            a.impact, a.pnl, a.settled_at
        from jsonb_to_recordset(item -> 'actions') as a (
            agent text, symbol text, model text, stance integer, regime text,
            horizon integer, as_of timestamptz, impact double precision, pnl numeric,
            settled_at timestamptz
        )
        on conflict (tenant_id, cycle_id, agent, symbol) do nothing;
        get diagnostics added = row_count;
        actions := actions + added;
    end loop;

    if prompts + weights + actions > 0 then
        perform agent.record_event(
            'LearntTaken', null,
            jsonb_build_object(
                'prompts', prompts, 'weights', weights, 'actions', actions,
                'by', session_user
            )
        );
    end if;
    return jsonb_build_object(
        'prompts', prompts, 'weights', weights, 'actions', actions
    );
end
$$;
comment on function agent.take_learnt(jsonb) is
'Takes what agent.learnt() of another database says; a second time nothing is new. '
'Returns how many prompts, weights and actions were.';
