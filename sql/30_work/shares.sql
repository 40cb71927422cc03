-- How many jobs of each flow a claim takes: the most urgent first, of one priority the
-- same of each tenant, within the limits of tenants, kinds and providers. So a tenant
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
    -- Most often no limit is one of theirs, and to see that costs little.
    if not exists (
        select from work.gate as g
        where
            (g.max_running is not null or g.rate is not null)
            and (
                g.scope = 'tenant' or exists (
                    select from unnest(_remaining.flows) as f
                    where
                        (g.scope = 'kind' and g.name = f.kind)
                        or (g.scope = 'provider' and g.name = f.provider)
                )
            )
    ) then
        return;
    end if;
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

-- The flows in the order in which they have their turns.
create or replace function work._in_turn(flows work.flow[], last_tenant integer)
returns work.flow[]
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    return array(
        select f from unnest(flows) as f
        order by
            f.priority, f.tenant_id <= last_tenant, f.tenant_id, f.first_job_id
    );
end
$$;
comment on function work._in_turn(work.flow[], integer) is
'The most urgent flows first, then the tenants after last_tenant, then the others.';

-- How many jobs there are of each flow, as far as it matters.
create or replace function work._sizes(flows work.flow[], enough integer)
returns integer[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
    return array(
        select (
            select count(*) from (
                select from work.job as j
                where
                    j.state = 'ready' and j.kind = f.kind
                    and j.priority = f.priority and j.tenant_id = f.tenant_id
                    and j.job_id >= f.first_job_id
                order by j.job_id
                limit case when f.side_effects then 1 else enough end
            ) as there
        )
        from unnest(flows) with ordinality as f (
            kind, priority, tenant_id, first_job_id, side_effects, provider, number
        )
        order by f.number
    );
end
$$;
comment on function work._sizes(work.flow[], integer) is
'How many jobs each flow has, counted up to enough; 1 if its kind has side effects.';

-- Takes what is wanted of a flow from what its limits still allow.
create or replace function work._within(
    flow work.flow, wanted integer, inout budget jsonb, out granted integer
)
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    scopes text[] := array[
        'tenant ' || flow.tenant_id, 'kind ' || flow.kind, 'provider ' || flow.provider
    ];
    scope text;
begin
    granted := wanted;
    foreach scope in array scopes loop
        granted := least(granted, (budget ->> scope)::integer);
    end loop;
    foreach scope in array scopes loop
        if budget ? scope then
            budget := jsonb_set(
                budget, array[scope], to_jsonb((budget ->> scope)::integer - granted)
            );
        end if;
    end loop;
end
$$;
comment on function work._within(work.flow, integer, jsonb) is
'How many of the wanted jobs of a flow the budget allows, and what is left of it.';

-- The flows must be in turn. Of one priority each tenant gets the same share, and of a
-- tenant each kind; what one does not need goes to the others in the next round.
create or replace function work._shares(
    flows work.flow[], max_jobs integer, budget jsonb
)
returns integer[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    sizes integer[];
    -- Of their own: to find an element of flows is to walk through those before it.
    priorities integer[];
    acting boolean[];
    shares integer[] := array_fill(0, array[cardinality(flows)]);
    free integer := max_jobs;
    acted boolean := false;
    first integer := 1;
    last integer;
    waiting integer;
    quota integer;
    granted integer;
begin
    sizes := work._sizes(
        flows, least(max_jobs, 2 + 8 * max_jobs / cardinality(flows))
    );
    select array_agg(f.priority order by f.number),
        array_agg(f.side_effects order by f.number)
    into priorities, acting
    from unnest(flows) with ordinality as f (
        kind, priority, tenant_id, first_job_id, side_effects, provider, number
    );
    while first <= cardinality(flows) and free > 0 loop
        last := first;
        while priorities[last + 1] = priorities[first] loop
            last := last + 1;
        end loop;
        loop
            waiting := 0;
            for i in first..last loop
                waiting := waiting + (sizes[i] > 0)::integer;
            end loop;
            exit when waiting = 0 or free = 0;
            quota := greatest(1, free / waiting);
            for i in first..last loop
                continue when sizes[i] = 0 or free = 0;
                granted := least(sizes[i], quota, free);
                if budget is not null then
                    select w.granted, w.budget into granted, budget
                    from work._within(flows[i], granted, budget) as w;
                end if;
                if acting[i] then
                    -- Jobs that act on the outside come one at a time.
                    granted := case when acted then 0 else granted end;
                    acted := acted or granted > 0;
                end if;
                shares[i] := shares[i] + granted;
                free := free - granted;
                sizes[i] := case when granted = 0 then 0 else sizes[i] - granted end;
            end loop;
        end loop;
        first := last + 1;
    end loop;
    return shares;
end
$$;
comment on function work._shares(work.flow[], integer, jsonb) is
'How many jobs a claim takes of each of these flows, within a budget (null: no limit).';

-- The same for flows of one priority that nothing limits: without counting what there
-- is, as the jobs themselves will show. `taken` says what came of the shares of the
-- round before; a flow that had less than its share is empty, and stays so: -1.
create or replace function work._even_shares(
    shares integer[], taken integer[], max_jobs integer
)
returns integer[]
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if cardinality(shares) = 1 then
        return array[case when shares = taken then max_jobs else -1 end];
    end if;
    return array(
        select case
            when not f.is_open then -1
            else max_jobs / f.open_flows + (f.place <= max_jobs % f.open_flows)::integer
        end
        from (
            select
                given.number, given.share = given.taken as is_open,
                count(*) filter (where given.share = given.taken) over ()::integer
                    as open_flows,
                row_number() over (
                    partition by given.share = given.taken order by given.number
                ) as place
            from unnest(shares, taken) with ordinality as given (share, taken, number)
        ) as f
        order by f.number
    );
end
$$;
comment on function work._even_shares(integer[], integer[], integer) is
'Equal shares of max_jobs for the flows that had their whole share of the last round; '
'-1 for the others.';

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
