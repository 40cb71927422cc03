-- How many jobs of each flow a claim takes: the most urgent first, of one priority one
-- of each tenant in turn, within the limits of tenants, kinds and providers. So a tenant
-- with ten jobs is through while another has ten thousand waiting.

-- What the limits still allow. A limit that another claim is just counting allows
-- nothing: its jobs come with the next claim.
create or replace function work._remaining(flows work.flow[])
returns table (scope text, name text, remaining integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    gate record;
    running bigint;
begin
    for gate in
        select g.scope, g.name, g.max_running, g.rate
        from work.gate as g
        inner join (
            select 'tenant' as scope, f.tenant_id::text as name
            from unnest(_remaining.flows) as f
            union
            select 'kind', f.kind from unnest(_remaining.flows) as f
            union
            select 'provider', f.provider from unnest(_remaining.flows) as f
            where f.provider is not null
        ) as touched using (scope, name)
        where g.max_running is not null or g.rate is not null
        order by g.scope, g.name
    loop
        scope := gate.scope;
        name := gate.name;
        remaining := 0;
        if not pg_try_advisory_xact_lock(
            hashtext('work.gate'), hashtext(gate.scope || ' ' || gate.name)
        ) then
            return next;
            continue;
        end if;
        remaining := 1000;
        if gate.max_running is not null then
            -- By the time of their leases: the index has dead entries of older ones.
            select count(*) into running
            from work.job as j inner join work.kind as k on j.kind = k.name
            where
                j.state = 'leased' and j.lease_until > moment
                and case gate.scope
                    when 'tenant' then j.tenant_id::text = gate.name
                    when 'kind' then j.kind = gate.name
                    else k.provider = gate.name
                end;
            remaining := greatest(0, gate.max_running - running);
        end if;
        -- A provider's rate is that of its calls: work.take.
        if gate.rate is not null and gate.scope <> 'provider' then
            remaining := least(
                remaining, floor(work._refilled(gate.scope, gate.name))
            );
        end if;
        return next;
    end loop;
end
$$;
comment on function work._remaining(work.flow[]) is
'How many jobs the limits of these flows'' tenants, kinds and providers still allow; '
'a lock keeps others from counting until the end of the transaction.';

create or replace function work._shares(
    flows work.flow[], max_jobs integer, last_tenant integer
)
returns table (number integer, share integer, turn integer)
language plpgsql
set search_path = pg_catalog, pg_temp
rows 10
as $$
#variable_conflict use_column
declare
    limited boolean;
begin
    limited := exists (
        select from work.gate as g
        where g.max_running is not null or g.rate is not null
    );
    -- One flow alone may have it all.
    if cardinality(flows) = 1 and not limited then
        return query
        select 1, case when flows[1].side_effects then 1 else max_jobs end, 1;
        return;
    end if;

    return query
    with flow as materialized (
        select f.* from unnest(_shares.flows) with ordinality as f (
            kind, priority, tenant_id, first_job_id, side_effects, provider, number
        )
    ),

    remaining as materialized (
        select r.scope, r.name, r.remaining
        from work._remaining(_shares.flows) as r
        where limited
    ),

    -- Enough of each flow to fill the batch when some have little.
    candidate as (
        select
            flow.*, j.job_id,
            row_number() over (partition by flow.number order by j.job_id) as place
        from flow
        cross join lateral (
            select r.job_id from work.job as r
            where
                r.state = 'ready' and r.kind = flow.kind
                and r.priority = flow.priority and r.tenant_id = flow.tenant_id
                and r.job_id >= flow.first_job_id
            order by r.job_id
            limit case
                when flow.side_effects then 1
                else least(
                    _shares.max_jobs, greatest(
                        2, 8 * _shares.max_jobs / cardinality(_shares.flows)
                    )
                )
            end
        ) as j
    ),

    -- A tenant's kinds take turns, and then the tenants.
    of_tenant as (
        select
            candidate.*,
            row_number() over (
                partition by candidate.priority, candidate.tenant_id
                order by candidate.place, candidate.job_id
            ) as tenant_place
        from candidate
    ),

    ordered as (
        select
            of_tenant.*,
            row_number() over (
                order by
                    of_tenant.priority, of_tenant.tenant_place,
                    of_tenant.tenant_id <= _shares.last_tenant, of_tenant.tenant_id,
                    of_tenant.job_id
            ) as turn
        from of_tenant
    ),

    -- Jobs that act on the outside come one at a time.
    single as (
        select ordered.* from (
            select
                ordered.*,
                row_number() over (
                    partition by ordered.side_effects order by ordered.turn
                ) as side_effect_place
            from ordered
        ) as ordered
        where not ordered.side_effects or ordered.side_effect_place = 1
    ),

    within as (
        select
            ordered.number, ordered.turn,
            row_number() over (
                partition by ordered.tenant_id order by ordered.turn
            ) <= coalesce(tenant.remaining, 1000)
            and row_number() over (
                partition by ordered.kind order by ordered.turn
            ) <= coalesce(kind.remaining, 1000)
            and (
                ordered.provider is null or row_number() over (
                    partition by ordered.provider order by ordered.turn
                ) <= coalesce(provider.remaining, 1000)
            ) as is_allowed
        from single as ordered
        left join remaining as tenant
            on tenant.scope = 'tenant' and tenant.name = ordered.tenant_id::text
        left join remaining as kind
            on kind.scope = 'kind' and kind.name = ordered.kind
        left join remaining as provider
            on provider.scope = 'provider' and provider.name = ordered.provider
    )

    select chosen.number::integer, count(*)::integer, max(chosen.turn)::integer
    from (
        select within.number, within.turn from within
        where within.is_allowed
        order by within.turn limit _shares.max_jobs
    ) as chosen
    group by chosen.number;
end
$$;
comment on function work._shares(work.flow[], integer, integer) is
'How many jobs a claim takes of each flow, by its number in the array.';

-- What was started is taken from the buckets.
create or replace function work._spend(job_ids bigint[])
returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    update work.bucket as b set tokens = b.tokens - spent.jobs
    from (
        select scoped.scope, scoped.name, count(*) as jobs
        from work.job as j
        cross join lateral (
            values ('tenant', j.tenant_id::text), ('kind', j.kind)
        ) as scoped (scope, name)
        where j.job_id = any(_spend.job_ids)
        group by scoped.scope, scoped.name
    ) as spent
    where b.scope = spent.scope and b.name = spent.name;
end;
comment on function work._spend(bigint[]) is
'Takes a token of their tenants and kinds for each of these jobs.';
