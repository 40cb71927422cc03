-- The SQLSTATEs of the queue.

insert into ops.sqlstate as known (code, name, meaning, hint) values
(
    'BW201', 'unknown_job_kind', 'No such kind of job.',
    'The kinds are the rows of work.kind.'
),
('BW202', 'job_payload_too_large', 'A payload is larger than 1 MB.',
'Store the data in a table and put its key into the payload.'),
('BW203', 'job_in_the_past',
'A job is to run before now, after a negative wait, or after one of over 1000 years.',
'Leave run_at out to run at once.'),
(
    'BW204', 'job_payload_not_object', 'A payload is not a JSON object.',
    'Send {} if there is nothing to say.'
),
(
    'BW205', 'job_arrays_differ',
    'Arrays that belong together differ in length, or hold a null.',
    'Give one of each for each job.'
),
(
    'BW206', 'unknown_worker', 'The worker is not registered (any more).',
    'Call work.register_worker again.'
),
(
    'BW207', 'unknown_dead_job', 'No such job among the dead.',
    'The dead jobs are the rows of work.dead.'
),
(
    'BW208', 'bad_batch_size', 'A batch must have between 1 and 1000 jobs.',
    'Ask for fewer jobs at a time.'
),
(
    'BW209', 'dedup_key_twice', 'A dedup key occurs twice in one call.',
    'Enqueue each of equal jobs once.'
),
(
    'BW210', 'unknown_job', 'There is no job of that id to wait for.',
    'Wait for jobs that work.enqueue has returned.'
),
(
    'BW211', 'dead_dependency', 'A job that is to be waited for is dead.',
    'Revive it with work.requeue_dead, or do not wait for it.'
),
(
    'BW212', 'unknown_queue', 'No kind of job is in a queue of that name.',
    'The queues are in work.kind.'
),
(
    'BW213', 'bad_limit', 'A limit that makes no sense.',
    'Scopes are tenant, provider, kind; rate 0.00000001 to 1000000, burst positive.'
),
(
    'BW214', 'bad_tokens', 'So many tokens can never be taken.',
    'Take more than 0 and at most the gate''s burst.'
),
(
    'BW215', 'bad_gate', 'A gate cannot be closed like this.',
    'Name the provider and a time of at most 30 days.'
),
(
    'BW216', 'bad_cron_line', 'A cron line is wrong or never fires.',
    'Five fields: minute, hour, day of month, month, day of week.'
),
(
    'BW217', 'unknown_time_zone', 'No such time zone.',
    'They are in pg_timezone_names.'
),
('BW218', 'bad_schedule', 'A schedule contradicts itself.', 'Look at the message.'),
(
    'BW219', 'bad_age', 'Finished jobs cannot be that old.',
    'Give an interval of 0 to 1000 years.'
),
(
    'BW220', 'foreign_job', 'Another worker that lives holds the lease of a job.',
    'Answer as the worker that claimed it.'
),
(
    'BW221', 'bad_worker',
    'A worker without a host, pid, version or kinds, or null for whether it is idle.',
    'None of them is null.'
),
(
    'BW222', 'bad_period', 'No rate can be told for such a time.',
    'Give an interval of more than 0 and at most 1000 years.'
),
(
    'BW223', 'job_key_too_long', 'A dedup key or a lane is longer than 1000 bytes.',
    'Give a hash of it, as md5() or sha256() make one.'
),
(
    'BW224', 'negative_tenant', 'A job of a tenant below 0.',
    'Tenants are numbered from 1; 0 is the system.'
)
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
