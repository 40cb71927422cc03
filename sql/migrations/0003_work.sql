-- What is to be done: jobs, the workers that do them, what was done and what died.
-- Control data: it stays on one node, has no row-level security and no grants to
-- outsiders.

create schema work;
comment on schema work is 'The queue: jobs, workers, finished and dead jobs.';

create table work.kind (
    name text constraint kind_pkey primary key
    constraint kind_name check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    description text not null,
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
    constraint job_state check (state in ('ready', 'leased', 'waiting')),
    run_at timestamptz not null,
    attempt integer not null default 0,
    max_attempts integer not null,
    lease_token bigint not null default 0,
    lease_until timestamptz,
    worker_id integer,
    started_at timestamptz,
    dedup_key text,
    payload jsonb not null,
    again jsonb,
    errors jsonb not null default '[]',
    enqueued_at timestamptz not null,
    constraint job_leased check (
        (state = 'leased') = (lease_until is not null and worker_id is not null)
    )
) with (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_cost_delay = 0
);
comment on table work.job
    is 'Jobs that live: ready, leased by a worker, or waiting for their time.';
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

create index job_ready_idx on work.job (priority, job_id) where state = 'ready';
create index job_lease_idx on work.job (lease_until) where state = 'leased';
create index job_waiting_idx on work.job (run_at) where state = 'waiting';
create unique index job_dedup_key on work.job (tenant_id, kind, dedup_key)
where dedup_key is not null;

create table work.job_done (
    job_id bigint not null,
    tenant_id integer not null,
    kind text not null,
    attempt integer not null,
    worker_id integer,
    dedup_key text,
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
    dedup_key text,
    payload jsonb not null,
    reason text not null
    constraint dead_reason check (reason in ('permanent', 'attempts', 'worker lost')),
    error text not null,
    errors jsonb not null,
    enqueued_at timestamptz not null,
    first_failed_at timestamptz not null,
    died_at timestamptz not null
);
comment on table work.dead
    is 'Jobs that failed for good, with all that went wrong; work.requeue_dead revives '
       'one.';

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
    is 'Workers that are alive; one without a heartbeat for 12 s is dead.';
comment on column work.worker.idle
    is 'The worker waits for a wake-up: enqueuing notifies only if one does.';
