-- A flow is what lies side by side in the index of ready jobs: one kind, one priority,
-- one tenant. A claim goes from flow to flow, so that jobs which may not start now
-- (paused, another worker's, over a limit) are stepped over at once however many they
-- are, and so that each tenant has its turn.


-- The flows of one kind and priority, tenant by tenant: a jump in the index for each,
-- however many jobs it has. In PL/pgSQL, as a function in SQL is planned at each call.
create or replace function work._flows_of(
    kind text,
    priority integer,
    side_effects boolean,
    provider text,
    after_tenant integer,
    last_tenant integer,
    max_flows integer
)
returns work.flow[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    flows work.flow[];
begin
    with recursive held as materialized (
        select h.tenant_id
        from work.hold as h inner join work.kind as k on k.name = _flows_of.kind
        where
            h.tenant_id is not null and coalesce(h.queue = k.queue, true)
            and coalesce(h.kind = k.name, true)
    ),

    -- Ends by its own count of the tenants that are not held.
    step as (
        (
            select
                j.tenant_id, j.job_id,
                (j.tenant_id not in (select held.tenant_id from held))::integer as flows
            from work.job as j
            where
                j.state = 'ready' and j.kind = _flows_of.kind
                and j.priority = _flows_of.priority
                and j.tenant_id > _flows_of.after_tenant
            order by j.tenant_id, j.job_id limit 1
        )
        union all
        select
            following.tenant_id, following.job_id, step.flows + (
                following.tenant_id not in (select held.tenant_id from held)
            )::integer
        from step
        cross join lateral (
            select j.tenant_id, j.job_id from work.job as j
            where
                j.state = 'ready' and j.kind = _flows_of.kind
                and j.priority = _flows_of.priority
                and j.tenant_id > step.tenant_id
            order by j.tenant_id, j.job_id limit 1
        ) as following
        where
            step.tenant_id < _flows_of.last_tenant and step.flows < _flows_of.max_flows
    )

    select array(
        select row(
            _flows_of.kind, _flows_of.priority, step.tenant_id, step.job_id,
            _flows_of.side_effects, _flows_of.provider
        )::work.flow
        from step
        where
            step.tenant_id <= _flows_of.last_tenant
            and step.tenant_id not in (select held.tenant_id from held)
    ) into flows;
    return flows;
end
$$;
comment on function work._flows_of(
    text, integer, boolean, text, integer, integer, integer
) is
'The flows of one kind and priority with tenants after after_tenant up to last_tenant.';

-- The most urgent flows of these kinds that may start a job now, up to so many of each
-- kind; of one priority the tenants after `last_tenant` come first.
create or replace function work._flows(
    kinds text[], max_flows integer, last_tenant integer
)
returns work.flow[]
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    known record;
    urgency integer;
    of_kind work.flow[];
    flows work.flow[] := '{}'::work.flow[];
begin
    for known in
        select k.name, k.queue, k.provider, k.side_effects from work.kind as k
        where
            (_flows.kinds is null or k.name = any(_flows.kinds))
            and not exists (
                select from work.hold as h
                where
                    h.tenant_id is null
                    and coalesce(h.queue = k.queue, true)
                    and coalesce(h.kind = k.name, true)
            )
            and not exists (
                select from work.gate as g
                where
                    g.closed_until > moment and g.scope = 'provider'
                    and g.name = k.provider
            )
    loop
        of_kind := '{}'::work.flow[];
        urgency := -2147483648;
        loop
            select j.priority into urgency from work.job as j
            where
                j.state = 'ready' and j.kind = known.name and j.priority >= urgency
            order by j.priority limit 1;
            exit when not found;
            of_kind := of_kind || work._flows_of(
                known.name, urgency, known.side_effects, known.provider,
                _flows.last_tenant, 2147483647, max_flows - cardinality(of_kind)
            );
            exit when cardinality(of_kind) >= max_flows;
            -- And round to the first ones.
            of_kind := of_kind || work._flows_of(
                known.name, urgency, known.side_effects, known.provider,
                -2147483648, _flows.last_tenant, max_flows - cardinality(of_kind)
            );
            exit when cardinality(of_kind) >= max_flows or urgency = 2147483647;
            urgency := urgency + 1;
        end loop;
        flows := flows || of_kind;
    end loop;
    return flows;
end
$$;
comment on function work._flows(text[], integer, integer) is
'The most urgent flows of these kinds that may start a job now.';
