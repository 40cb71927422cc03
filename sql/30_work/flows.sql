-- A flow is what lies side by side in the index of ready jobs: one kind, one priority,
-- one tenant. A claim goes from flow to flow, so that jobs which may not start now
-- (paused, another worker's, over a limit) are stepped over at once however many they
-- are, and so that each tenant has its turn.


-- The most urgent flows of these kinds that may start a job now, up to so many of each
-- kind; of one priority the tenants after `last_tenant` come first.
create or replace function work._flows(
    kinds text[], max_flows integer, last_tenant integer
)
returns setof work.flow
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    tenants_held boolean;
    flow work.flow;
    known record;
    found_flows integer;
    past_end boolean;
begin
    tenants_held := exists (
        select from work.hold as h where h.tenant_id is not null
    );
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
        flow := (known.name, null, null, null, known.side_effects, known.provider);
        found_flows := 0;
        <<priorities>>
        loop
            select j.priority into flow.priority from work.job as j
            where
                j.state = 'ready' and j.kind = flow.kind
                and (flow.priority is null or j.priority > flow.priority)
            order by j.priority limit 1;
            exit priorities when not found;

            flow.tenant_id := _flows.last_tenant;
            past_end := false;
            <<tenants>>
            loop
                select j.tenant_id, j.job_id into flow.tenant_id, flow.first_job_id
                from work.job as j
                where
                    j.state = 'ready' and j.kind = flow.kind
                    and j.priority = flow.priority and j.tenant_id > flow.tenant_id
                order by j.tenant_id, j.job_id limit 1;
                if not found then
                    -- Round to the first one.
                    exit tenants when past_end;
                    past_end := true;
                    flow.tenant_id := -1;
                    continue tenants;
                end if;
                exit tenants when past_end and flow.tenant_id > _flows.last_tenant;
                continue tenants when tenants_held and exists (
                    select from work.hold as h
                    where
                        h.tenant_id = flow.tenant_id
                        and coalesce(h.queue = known.queue, true)
                        and coalesce(h.kind = known.name, true)
                );
                return next flow;
                found_flows := found_flows + 1;
                exit priorities when found_flows >= _flows.max_flows;
            end loop;
        end loop;
    end loop;
end
$$;
comment on function work._flows(text[], integer, integer) is
'The most urgent flows of these kinds that may start a job now.';
