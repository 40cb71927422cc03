-- The SQLSTATEs of the queue.

insert into ops.sqlstate as known (code, name, meaning, hint) values
(
    'BW201', 'unknown_job_kind', 'No such kind of job.',
    'The kinds are the rows of work.kind.'
),
('BW202', 'job_payload_too_large', 'A payload is larger than 1 MB.',
'Store the data in a table and put its key into the payload.'),
('BW203', 'job_in_the_past', 'A job is to run before now, or after a negative delay.',
'Leave run_at out to run at once.'),
(
    'BW204', 'job_payload_not_object', 'A payload is not a JSON object.',
    'Send {} if there is nothing to say.'
),
('BW205', 'job_arrays_differ', 'Arrays that belong together differ in length.',
'Give one lease token for each job id.'),
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
)
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
