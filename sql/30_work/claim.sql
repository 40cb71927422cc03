-- A worker takes what it can do next.
--
-- The queue's functions plan once, and never through the whole table: its statistics
-- are always old, and a table that is empty now may be large in a moment, or keep the
-- pages of all that a held snapshot might still see.
--
-- Example: select * from work.claim(3, '{run_cycle,submit_order}', 8);

-- Jobs whose time has come.
create or replace function work._promote()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    -- To look is much cheaper than an update of nothing.
    if not exists (
        select from work.job as w
        where w.state = 'waiting' and w.run_at <= clock_timestamp()
    ) then
        return;
    end if;
    update work.job as j set state = 'ready'
    where j.job_id = any(array(
        select w.job_id from work.job as w
        where w.state = 'waiting' and w.run_at <= clock_timestamp()
        order by w.run_at limit 1000
        for no key update skip locked
    ));
end
$$;
comment on function work._promote()
    is 'Makes up to 1000 waiting jobs ready that are due.';

-- Of the jobs of lanes only the first of each, if none of the lane runs. The lock comes
-- before the look: what another claim has leased before it is seen.
create or replace function work._lane_heads(job_ids bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    locked bigint[];
    heads bigint[];
begin
    select array_agg(first.job_id) into locked
    from (
        select min(j.job_id) as job_id from work.job as j
        where j.job_id = any(_lane_heads.job_ids)
        group by j.tenant_id, j.lane
        having pg_try_advisory_xact_lock(
            hashtext('work.lane'), hashtext(format('%s %s', j.tenant_id, j.lane))
        )
    ) as first;

    select coalesce(array_agg(j.job_id), '{}') into heads from work.job as j
    where
        j.job_id = any(locked) and not exists (
            select from work.job as other
            where
                other.tenant_id = j.tenant_id and other.lane = j.lane
                and (other.job_id < j.job_id or other.state = 'leased')
        );
    -- What should not have been ready must not stand before others: the one before it
    -- in its lane lets it go on.
    update work.job as j set state = 'blocked'
    where
        j.job_id = any(_lane_heads.job_ids) and j.job_id <> all(heads)
        and exists (
            select from work.job as l
            where
                l.job_id = any(locked) and l.tenant_id = j.tenant_id
                and l.lane = j.lane
        );
    return heads;
end
$$;
comment on function work._lane_heads(bigint[]) is
'Those of these ready jobs that are the next of their lane.';

-- Locks the jobs to be leased, never waiting for a lock. They come back by their places
-- in the table, where they stay as long as they are locked, so that no index is asked
-- for them again; the flows without what lies before the last job locked: that is
-- taken, by us or by others.
create or replace function work._take_next(
    inout flows work.flow[], max_jobs integer, out places tid[]
)
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    budget jsonb;
    is_even boolean;
    free integer := max_jobs;
    none integer[] := array_fill(0, array[cardinality(flows)]);
    shares integer[];
    taken integer[];
    found_places tid[];
    lane_ids bigint[];
    in_lanes bigint[] := '{}';
    last_id bigint;
begin
    places := '{}';
    if flows = '{}' then
        return;
    end if;
    select jsonb_object_agg(r.scope || ' ' || r.name, r.remaining) into budget
    from work._remaining(flows) as r;
    is_even := budget is null and not exists (
        select from unnest(flows) as f
        where f.side_effects or f.priority <> flows[1].priority
    );
    shares := case
        when is_even then work._even_shares(none, none, max_jobs)
        else work._shares(flows, max_jobs, budget)
    end;
    if is_even and cardinality(flows) = 1 then
        -- The same without a second look at each job.
        select
            coalesce(array_agg(next.place) filter (where next.lane is null), '{}'),
            coalesce(array_agg(next.job_id) filter (where next.lane is not null), '{}'),
            max(next.job_id)
        into places, in_lanes, last_id
        from (
            select j.ctid as place, j.job_id, j.lane from work.job as j
            where
                j.state = 'ready' and j.kind = flows[1].kind
                and j.priority = flows[1].priority and j.tenant_id = flows[1].tenant_id
                and j.job_id >= flows[1].first_job_id
            order by j.job_id limit free
            for no key update skip locked
        ) as next;
        flows[1].first_job_id := coalesce(last_id + 1, flows[1].first_job_id);
        free := 0;
    end if;
    while free > 0 loop
        with head as materialized (
            select f.number, following.place, following.job_id, following.lane
            from unnest(_take_next.flows) with ordinality as f (
                kind, priority, tenant_id, first_job_id, side_effects, provider, number
            )
            inner join unnest(shares) with ordinality as s (share, number)
                using (number)
            cross join lateral (
                select j.ctid as place, j.job_id, j.lane from work.job as j
                where
                    j.state = 'ready' and j.kind = f.kind and j.priority = f.priority
                    and j.tenant_id = f.tenant_id and j.job_id >= f.first_job_id
                order by j.job_id limit s.share
                for no key update skip locked
            ) as following
            where s.share > 0
        ),

        of_flow as (
            select head.number, max(head.job_id) as last_id, count(*)::integer as taken
            from head
            group by head.number
        )

        select
            array(
                select head.place from head
                where head.lane is null order by head.number, head.job_id
            ),
            array(select head.job_id from head where head.lane is not null),
            array_agg(coalesce(o.taken, 0) order by f.number),
            array_agg(
                row(
                    f.kind, f.priority, f.tenant_id,
                    coalesce(o.last_id + 1, f.first_job_id), f.side_effects, f.provider
                )::work.flow order by f.number
            )
        into found_places, lane_ids, taken, flows
        from unnest(_take_next.flows) with ordinality as f (
            kind, priority, tenant_id, first_job_id, side_effects, provider, number
        )
        left join of_flow as o on f.number = o.number;

        -- Those of the first round last: there the next claim goes on.
        places := found_places || places;
        in_lanes := in_lanes || lane_ids;
        free := free - cardinality(found_places) - cardinality(lane_ids);
        exit when not is_even or taken = shares;
        shares := work._even_shares(shares, taken, free);
        exit when 0 > all(shares);
    end loop;
    if in_lanes <> '{}' then
        places := places || array(
            select j.ctid from work.job as j
            where j.job_id = any(work._lane_heads(in_lanes))
        );
    end if;
end
$$;
comment on function work._take_next(work.flow[], integer) is
'Locks the next jobs of these flows; returns their places in the table, and the flows '
'without what is taken.';

-- Jobs end in about the order of their ids, so from mark to mark there is little to
-- pass.
create or replace function work._mark(mark bigint, taken_to bigint)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
    oldest bigint;
begin
    select j.job_id into oldest from work.job as j
    where j.job_id >= _mark.mark
    order by j.job_id limit 1;
    return greatest(
        _mark.mark, coalesce(oldest, _mark.taken_to) - 1000
    );
end
$$;
comment on function work._mark(bigint, bigint) is
'The mark behind which a claim looks, moved on from an earlier one: a thousand before '
'the oldest job that lives; if none does, before the last one taken.';

-- Looks at a thousand jobs that live and at the dead between them, never at all the
-- dead before them.
create or replace function work._flows_behind(mark bigint, kinds text[])
returns work.flow[]
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    flows work.flow[];
    seen bigint;
begin
    with next as materialized (
        select j.job_id, j.kind, j.priority, j.tenant_id, j.state from work.job as j
        where j.job_id >= _flows_behind.mark
        order by j.job_id limit 1000
    ),

    flow as materialized (
        select
            next.kind, next.priority, next.tenant_id, min(next.job_id) as first_job_id
        from next
        where next.state = 'ready'
        group by next.kind, next.priority, next.tenant_id
    )

    select
        array(
            select
                row(
                    k.name, flow.priority, flow.tenant_id, flow.first_job_id,
                    k.side_effects, k.provider
                )::work.flow
            from flow inner join work.kind as k on flow.kind = k.name
            where
                (_flows_behind.kinds is null or k.name = any(_flows_behind.kinds))
                and not exists (
                    select from work.hold as h
                    where
                        coalesce(h.queue = k.queue, true)
                        and coalesce(h.kind = k.name, true)
                        and coalesce(h.tenant_id = flow.tenant_id, true)
                )
                and not exists (
                    select from work.gate as g
                    where
                        g.closed_until > moment and g.scope = 'provider'
                        and g.name = k.provider
                )
        ),
        (select count(*) from next)
    into flows, seen;
    return case when flows <> '{}' or seen < 1000 then flows end;
end
$$;
comment on function work._flows_behind(bigint, text[]) is
'The flows that may start a job now, of the first thousand jobs behind a mark; null if '
'there are none but may be further on.';

create or replace function work.claim(worker_id integer, kinds text[], max_jobs integer)
returns table (
    job_id bigint,
    lease_token bigint,
    kind text,
    tenant_id integer,
    payload jsonb,
    attempt integer,
    max_attempts integer,
    enqueued_at timestamptz,
    trace_id uuid
)
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    last_tenant integer := coalesce(
        nullif(current_setting('work.last_tenant', true), '')::integer, -1
    );
    last_taken integer;
    reach integer;
    moment timestamptz;
    -- For tests, and for machines on which nothing is quick.
    slow_search interval := coalesce(
        nullif(current_setting('work.slow_search', true), ''), '0.5 ms'
    );
    was_slow boolean;
    is_slow boolean := coalesce(
        current_setting('work.is_slow', true) = 'true', false
    );
    until timestamptz := nullif(current_setting('work.flows_until', true), '');
    mark bigint := coalesce(nullif(current_setting('work.mark', true), ''), '0');
    taken_to bigint := coalesce(
        nullif(current_setting('work.taken_to', true), ''), '0'
    );
    flows work.flow[];
    taken tid[] := '{}'::tid[];
    kind_names text[];
    leases interval[];
    acting boolean[];
    level integer;
begin
    if claim.max_jobs is null or claim.max_jobs not between 1 and 1000 then
        raise exception using
            errcode = 'BW208',
            message = format(
                'cannot claim %s jobs at once', coalesce(claim.max_jobs::text, 'null')
            ),
            hint = 'Ask for 1 to 1000.';
    end if;
    if not exists (
        select from work.worker as w where w.worker_id = claim.worker_id
    ) then
        raise exception using
            errcode = 'BW206',
            message = format(
                'worker %s is not registered', coalesce(claim.worker_id::text, 'null')
            ),
            hint = 'Call work.register_worker again.';
    end if;

    perform work._promote();
    -- While an old snapshot is held open somewhere, the index keeps an entry of each job
    -- that ever was, and going from flow to flow gets slow. When it was so twice, this
    -- session remembers the flows and how far it came in each, for as long as keeps the
    -- search at a hundredth of its time. When they do not fill a batch, it looks at the
    -- jobs behind the mark, a thousand before the oldest one that lives. An older job may
    -- come late, from a long transaction or the dead: the next whole search finds it.
    if until <= clock_timestamp() or current_setting('work.flows_kinds', true)
        is distinct from coalesce(claim.kinds::text, '') then
        until := null;
    end if;
    if until is not null then
        flows := work._in_turn(
            current_setting('work.flows')::work.flow[], last_tenant
        );
        select n.flows, n.places into flows, taken
        from work._take_next(flows, claim.max_jobs) as n;
    end if;
    if until is not null and cardinality(taken) < claim.max_jobs then
        mark := work._mark(mark, taken_to);
        flows := work._flows_behind(mark, claim.kinds);
        if flows is null then
            until := null;
        else
            select n.flows, n.places into flows, taken
            from work._take_next(work._in_turn(flows, last_tenant), claim.max_jobs) as n;
        end if;
    end if;
    if until is null then
        -- One flow for each job will do, unless limits or lanes leave nothing of them:
        -- then further ones.
        foreach reach in array array[1, 8, 64, 512] loop
            moment := clock_timestamp();
            flows := work._flows(claim.kinds, reach * claim.max_jobs, last_tenant);
            was_slow := is_slow;
            is_slow := clock_timestamp() - moment > slow_search;
            until := null;
            if is_slow and was_slow then
                -- Of more tenants than have a turn now, so that what is remembered
                -- keeps nobody waiting.
                if cardinality(flows) between reach * claim.max_jobs and 199 then
                    flows := work._flows(claim.kinds, 200, last_tenant);
                end if;
                mark := work._mark(
                    least(
                        mark,
                        (select min(f.first_job_id) - 1000 from unnest(flows) as f)
                    ), taken_to
                );
                until := clock_timestamp() + least(
                    100 * (clock_timestamp() - moment), interval '5 seconds'
                );
            end if;
            if cardinality(flows) > 1 then
                flows := work._in_turn(flows, last_tenant);
            end if;
            select n.flows, n.places into flows, taken
            from work._take_next(flows, claim.max_jobs) as n;
            exit when taken <> '{}' or flows = '{}';
        end loop;
        perform set_config('work.is_slow', is_slow::text, false);
    end if;
    if until is not null then
        taken_to := greatest(
            taken_to, (select max(f.first_job_id) from unnest(flows) as f)
        );
        perform set_config('work.flows_until', until::text, false),
            set_config('work.taken_to', taken_to::text, false),
            set_config('work.mark', mark::text, false),
            set_config('work.flows_kinds', coalesce(claim.kinds::text, ''), false),
            set_config('work.flows', flows::text, false);
    end if;
    if taken = '{}' then
        -- Nothing to do: time to see whether a lane stands still.
        if exists (select from work.job as j where j.state = 'blocked') then
            perform work._unblock_recent();
        end if;
        return;
    end if;

    -- Where the next claim goes on, as not every tenant may have had its turn.
    last_taken := case
        when cardinality(flows) = 1 then flows[1].tenant_id
        else (
            select j.tenant_id from work.job as j
            where j.ctid = taken[cardinality(taken)]
        )
    end;
    if exists (select from work.bucket as b where b.scope <> 'provider') then
        perform work._spend(
            array(select j.job_id from work.job as j where j.ctid = any(taken))
        );
    end if;
    select array_agg(k.name), array_agg(k.lease), array_agg(k.side_effects)
    into kind_names, leases, acting
    from work.kind as k
    where k.name in (select f.kind from unnest(flows) as f);

    -- Losing a claim in a crash only runs the job again, so it need not wait for the
    -- disk, unless a job acts on the outside. Reset with the end of the transaction.
    if true <> all(acting) or not exists (
        select from work.job as j inner join work.kind as k on j.kind = k.name
        where j.ctid = any(taken) and k.side_effects
    ) then
        perform set_config('synchronous_commit', 'off', true);
    end if;

    -- The most urgent first, by a statement for each priority: to sort the rows would
    -- cost more than to lease them.
    moment := clock_timestamp();
    foreach level in array array(
        select distinct f.priority from unnest(flows) as f order by f.priority
    ) loop
        return query
        update work.job as j
        set
            state = 'leased', attempt = j.attempt + 1, lease_token = j.lease_token + 1,
            lease_until = moment + leases[array_position(kind_names, j.kind)],
            worker_id = claim.worker_id, started_at = moment
        where j.ctid = any(taken) and j.priority = level
        returning
            j.job_id, j.lease_token, j.kind, j.tenant_id, j.payload, j.attempt,
            j.max_attempts, j.enqueued_at, j.trace_id;
    end loop;

    if last_taken <> last_tenant then
        perform set_config('work.last_tenant', last_taken::text, false);
    end if;
end
$$;
comment on function work.claim(integer, text[], integer) is
'Leases up to max_jobs ready jobs of these kinds to a worker (null: of every kind), '
'never waiting for a lock: the most urgent first, then one of each tenant in turn. Its '
'commit does not wait for the disk unless a job has side effects.';
