-- What is to be done: jobs, the workers that do them, what was done and what died.
-- Control data: it stays on one node, has no row-level security and no grants to
-- outsiders.

create schema work;
comment on schema work is 'The queue: jobs, workers, finished and dead jobs.';

create table work.kind (
    name text constraint kind_pkey primary key
    constraint kind_name check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    description text not null,
    queue text not null default 'default'
    constraint kind_queue check (queue ~ '^[a-z][a-z0-9_]{0,62}$'),
    provider text,
    max_attempts integer not null default 5 constraint kind_max_attempts
        check (max_attempts > 0),
    backoff_base interval not null default '2 seconds'
    constraint kind_backoff_base check (backoff_base > interval '0'),
    backoff_max interval not null default '10 minutes'
    constraint kind_backoff_max check (backoff_max >= backoff_base),
    lease interval not null default '30 seconds' constraint kind_lease
        check (lease > interval '0'),
    side_effects boolean not null default false,
    merge_least text
);
comment on table work.kind
    is 'Every kind of job: how often it is tried, how long a lease lasts.';
comment on column work.kind.queue is
'A name for several kinds, so that they can be paused and looked at together.';
comment on column work.kind.provider is
'The provider that every job of this kind calls: while its gate is closed, or its '
'max_running reached, no job of this kind starts.';
comment on column work.kind.max_attempts is 'How many starts before the job is dead.';
comment on column work.kind.backoff_base is
'Wait before the second attempt; it doubles with each further one, with jitter.';
comment on column work.kind.backoff_max is 'The longest wait between two attempts.';
comment on column work.kind.lease
    is 'How long a worker may hold a job before it must extend the lease.';
comment on column work.kind.side_effects is
'The job acts on the outside world: claimed one by one, and the claim is durable '
'before it starts.';
comment on column work.kind.merge_least is
'Key of the payload whose least value is kept when an equal job is enqueued again; '
'null: the newest payload is kept.';

create table work.job (
    job_id bigint generated always as identity constraint job_pkey primary key,
    tenant_id integer not null,
    -- No foreign key: its row lock on work.kind would be shared by every enqueue.
    kind text not null,
    priority integer not null,
    state text not null default 'ready'
    constraint job_state check (state in ('ready', 'leased', 'waiting', 'blocked')),
    run_at timestamptz not null,
    attempt integer not null default 0,
    max_attempts integer not null,
    lease_token bigint not null default 0,
    lease_until timestamptz,
    worker_id integer,
    started_at timestamptz,
    dedup_key text,
    lane text,
    after bigint[],
    payload jsonb not null,
    again jsonb,
    errors jsonb not null default '[]',
    rescues integer not null default 0,
    enqueued_at timestamptz not null,
    constraint job_leased check (
        (state = 'leased') = (lease_until is not null and worker_id is not null)
    )
) with (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_cost_delay = 0
);
comment on table work.job
    is 'Jobs that live: ready, leased by a worker, waiting for their time, or blocked.';
comment on column work.job.state is
'ready; leased; waiting for run_at; blocked by an earlier job of its lane or by a job '
'it comes after.';
comment on column work.job.lane is
'Jobs of one tenant and lane run one at a time, in the order of their ids.';
comment on column work.job.after is 'The jobs it was told to wait for.';
comment on column work.job.rescues is
'How often its worker died or its lease ended.';
comment on column work.job.priority is 'Smaller runs first; 100 is usual.';
comment on column work.job.attempt is 'How often the job was started.';
comment on column work.job.lease_token is
'Grows whenever the job changes hands; an answer with an older token changes nothing.';
comment on column work.job.again is
'Payload of an equal job that was enqueued while this one ran: it runs once more '
'afterwards.';
comment on column work.job.errors
    is 'What went wrong so far: [{"at", "attempt", "worker_id", "error"}], the last '
       '20.';

-- The order of a claim: the jobs of one kind, priority and tenant lie side by side (a
-- flow), so that those which may not run now are stepped over at once.
create index job_ready_idx on work.job (kind, priority, tenant_id, job_id)
where state = 'ready';
create index job_lease_idx on work.job (lease_until) where state = 'leased';
create index job_waiting_idx on work.job (run_at) where state = 'waiting';
create index job_blocked_idx on work.job (job_id) where state = 'blocked';
create index job_lane_idx on work.job (tenant_id, lane, job_id) where lane is not null;
create unique index job_dedup_key on work.job (tenant_id, kind, dedup_key)
where dedup_key is not null;

-- No foreign keys: they would fire for every job that ends. The functions of the queue
-- keep it in step.
create table work.dependency (
    after_job_id bigint not null,
    job_id bigint not null,
    constraint dependency_pkey primary key (after_job_id, job_id)
);
comment on table work.dependency is
'What is still to be waited for: job_id is blocked while after_job_id lives.';
create index dependency_job_idx on work.dependency (job_id);

create table work.job_done (
    job_id bigint not null,
    tenant_id integer not null,
    kind text not null,
    attempt integer not null,
    rescues integer not null default 0,
    worker_id integer,
    dedup_key text,
    lane text,
    enqueued_at timestamptz not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    wait_ms double precision not null,
    run_ms double precision not null
) partition by range (finished_at);
comment on table work.job_done
    is 'Finished jobs, one partition a day (UTC), dropped by age.';
comment on column work.job_done.wait_ms
    is 'From the moment the job could start until a worker took it.';
comment on column work.job_done.run_ms is 'From the claim until the acknowledgement.';
create index job_done_kind_idx on work.job_done (kind, finished_at);

create table work.dead (
    job_id bigint constraint dead_pkey primary key,
    tenant_id integer not null,
    kind text not null,
    priority integer not null,
    attempt integer not null,
    max_attempts integer not null,
    rescues integer not null default 0,
    dedup_key text,
    lane text,
    after bigint[],
    payload jsonb not null,
    reason text not null constraint dead_reason check (
        reason in ('permanent', 'attempts', 'worker lost', 'dependency', 'canceled')
    ),
    error text not null,
    errors jsonb not null,
    enqueued_at timestamptz not null,
    first_failed_at timestamptz not null,
    died_at timestamptz not null
);
comment on table work.dead
    is 'Jobs that failed for good, with all that went wrong; work.requeue_dead revives '
       'them.';
comment on column work.dead.reason is
'permanent: it can never succeed; attempts: it failed too often; worker lost: its last '
'worker died; dependency: a job it waited for is dead; canceled.';

-- Unlogged: a heartbeat is not worth WAL. After a crash of the server the table is
-- empty, so every lease is held by a worker that is not there and is rescued. The
-- sequence is a logged one of its own: an unlogged one would start again and give old
-- identifiers anew.
create sequence work.worker_id as integer;

create unlogged table work.worker (
    worker_id integer not null
        default nextval('work.worker_id') constraint worker_pkey primary key,
    host text not null,
    pid integer not null,
    version text not null,
    kinds text[] not null,
    idle boolean not null default false,
    started_at timestamptz not null,
    heartbeat_at timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);
comment on table work.worker
    is 'Workers that are alive; one without a heartbeat for 10 s is dead.';
comment on column work.worker.idle
    is 'The worker waits for a wake-up: enqueuing notifies only if one does.';

create type work.flow as (
    kind text,
    priority integer,
    tenant_id integer,
    first_job_id bigint,
    side_effects boolean,
    provider text
);
comment on type work.flow is
'Ready jobs of one kind, priority and tenant; none of them is older than first_job_id.';

-- What may not run now.
create table work.hold (
    queue text,
    kind text,
    tenant_id integer,
    reason text,
    since timestamptz not null default clock_timestamp()
);
comment on table work.hold is
'What is paused: jobs to which all that is not null applies; see work.paused.';
create unique index hold_key on work.hold (queue, kind, tenant_id) nulls not distinct;

create table work.gate (
    scope text not null
    constraint gate_scope check (scope in ('tenant', 'provider', 'kind')),
    name text not null,
    max_running integer constraint gate_max_running check (max_running >= 0),
    rate numeric constraint gate_rate check (rate > 0),
    burst integer constraint gate_burst check (burst > 0),
    closed_until timestamptz,
    reason text,
    constraint gate_pkey primary key (scope, name),
    constraint gate_rate_burst check ((rate is null) = (burst is null))
);
comment on table work.gate
    is 'Limits of tenants (by id), providers and kinds, and which gates are closed.';
comment on column work.gate.max_running
    is 'How many of its jobs may run at once; null: any number.';
comment on column work.gate.rate is
'Tokens a second: starts of a tenant''s or a kind''s jobs, calls of a provider '
'(work.take); null: no limit.';
comment on column work.gate.burst is 'Tokens that can be saved up.';
comment on column work.gate.closed_until is 'Nothing passes before that time.';

-- Unlogged: a commit that only takes a token need not wait for the disk.
create unlogged table work.bucket (
    scope text not null,
    name text not null,
    tokens numeric not null,
    refilled_at timestamptz not null,
    constraint bucket_pkey primary key (scope, name)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.01);
comment on table work.bucket
    is 'The token buckets of the gates, shared by all workers; full after a crash.';

create table work.schedule (
    tenant_id integer not null,
    name text not null
    constraint schedule_name check (name ~ '^[A-Za-z0-9][A-Za-z0-9 _.:-]{0,99}$'),
    kind text not null,
    payload jsonb not null,
    priority integer not null default 100,
    cron text,
    time_zone text not null,
    calendar text,
    session_event text
    constraint schedule_session_event
        check (session_event in ('open', 'close', 'hours')),
    session_offset interval not null,
    catch_up text not null
    constraint schedule_catch_up check (catch_up in ('all', 'last', 'none')),
    skip_if_running boolean not null,
    next_at timestamptz,
    last_at timestamptz,
    last_job_id bigint,
    enqueued bigint not null default 0,
    skipped bigint not null default 0,
    last_error text,
    constraint schedule_pkey primary key (tenant_id, name)
) with (fillfactor = 50);
comment on table work.schedule
    is 'Jobs that come again and again: by cron line, or with an exchange''s sessions.';
comment on column work.schedule.cron is
'Five fields: minute, hour, day of month, month, day of week, in time_zone.';
comment on column work.schedule.calendar is
'A calendar of market.session: the cron line counts on its session days only.';
comment on column work.schedule.session_event is
'open or close: fires session_offset after each session''s open or close, without a '
'cron line; hours: the cron line counts between open and close only.';
comment on column work.schedule.catch_up is
'What becomes of ticks that nobody saw: all, only the last, or none.';
comment on column work.schedule.next_at is
'When it fires next; null: not before new sessions are loaded.';
comment on column work.schedule.skipped is
'Ticks without a job: the last one still ran, or catch_up left them out (a long absence '
'counts once).';
comment on column work.schedule.last_error is
'Why its last tick failed; it is tried again every minute.';
create index schedule_next_idx on work.schedule (next_at);

-- Counters: sequences, because many sessions may count at once without waiting for each
-- other and without leaving dead rows. Unlogged: they begin anew after a crash.
-- last_look is when work.rescue last looked, in milliseconds since 1970, last_look_ms how
-- long that took.
do $$
declare
    counter text;
begin
    foreach counter in array array[
        'wake_ups_sent', 'wake_ups_suppressed', 'jobs_retried', 'jobs_rescued',
        'leases_lost', 'last_look', 'last_look_ms'
    ]
    loop
        execute format('create unlogged sequence work.%I', counter);
    end loop;
end
$$;
