-- Jobs of workers that died, or that took too long, go back to the others.

-- When the last look was long ago, the clock was set or every worker was down: then no
-- silence and no lease says anything yet. Everybody gets the time for a heartbeat, and
-- the next look decides.
create or replace function work._grant_grace(moment timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    update work.worker as w set heartbeat_at = _grant_grace.moment;
    update work.job as j
    set lease_until = _grant_grace.moment + greatest(k.lease, interval '15 seconds')
    from work.kind as k
    where j.kind = k.name and j.state = 'leased';
end
$$;
comment on function work._grant_grace(timestamptz) is
'Lets all workers and leases begin anew, as the clock cannot be believed.';

-- One job whose worker is gone: ready again, or dead if that was its last attempt.
create or replace function work._take_back(job_id bigint, error text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    is_spent boolean;
begin
    update work.job as j
    set
        state = 'ready', lease_token = j.lease_token + 1,
        lease_until = null, worker_id = null, started_at = null,
        rescues = j.rescues + 1,
        payload = work._merged(j.payload, j.again, k.merge_least), again = null,
        errors = work._with_error(j.errors, j.attempt, j.worker_id, _take_back.error)
    from work.kind as k
    where j.job_id = _take_back.job_id and k.name = j.kind
    returning j.attempt >= j.max_attempts into strict is_spent;
    if is_spent then
        perform work._bury(_take_back.job_id, 'worker lost');
    end if;
end
$$;
comment on function work._take_back(bigint, text) is
'Takes a leased job away from its worker.';

create or replace function work.rescue()
returns integer
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    last_look timestamptz;
    rest interval;
    lost record;
    rescued integer := 0;
begin
    -- One at a time is enough.
    if not pg_try_advisory_xact_lock(hashtext('work.rescue'), 0) then
        return 0;
    end if;
    perform work.keep_days();
    -- Never called: the first look, or the first one after a crash of the server, which
    -- empties work.worker. Then every lease is held by nobody.
    select
        case when s.is_called then to_timestamp(s.last_value / 1000.0) end,
        case when m.last_value <= 200 then interval '0' else least(
            make_interval(secs => m.last_value / 50.0), interval '3 seconds'
        ) end
    into last_look, rest from work.last_look as s cross join work.last_look_ms as m;
    -- While an old snapshot is held open a look takes long: not more than a twentieth
    -- of the time is spent on it, but no look is more than three seconds late.
    if moment >= last_look and moment < last_look + rest then
        return 0;
    end if;
    perform setval(
        'work.last_look', greatest(1, (1000 * extract(epoch from moment))::bigint)
    );
    if moment not between last_look - interval '1 second'
        and last_look + interval '30 seconds' then
        perform work._grant_grace(moment);
    end if;

    for lost in
        select
            j.job_id,
            case
                when j.lease_until < moment then format(
                    'the lease of worker %s ended', j.worker_id
                )
                else format('worker %s died', j.worker_id)
            end as error
        from work.job as j
        where
            j.state = 'leased'
            and (
                j.lease_until < moment
                or not exists (
                    select from work.worker as w
                    where
                        w.worker_id = j.worker_id
                        and w.heartbeat_at > moment - interval '10 seconds'
                )
            )
        order by j.job_id
        for update of j skip locked
    loop
        perform work._take_back(lost.job_id, lost.error);
        rescued := rescued + 1;
    end loop;
    perform work._count('work.jobs_rescued', rescued);
    perform setval('work.last_look_ms', greatest(
        1, (1000 * extract(epoch from clock_timestamp() - moment))::bigint
    ));

    -- What two transactions did to a lane between them.
    if work._unblock(
        array(select j.job_id from work.job as j where j.state = 'blocked')
    ) + rescued > 0 then
        perform work._wake();
    end if;
    return rescued;
end
$$;
comment on function work.rescue() is
'Takes back jobs whose worker is silent for 10 s or whose lease has ended; returns how '
'many. Workers call it every few seconds.';
