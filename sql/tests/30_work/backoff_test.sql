-- How long a job waits that has failed: twice as long each time, up to its kind's
-- longest wait, and never all of them alike.
begin;
select plan(6);
\ir ../roles.psql
\ir worker.psql
insert into work.kind (name, description, max_attempts, backoff_base, backoff_max)
values
('fail', 'Test.', 100, '2 seconds', '1 minute'),
('fail_slowly', 'Test.', 100, '3 days', '100 days');
select setseed(0.5) \g /dev/null

-- Fails a job of a kind that has been started so often; the wait in seconds.
create function pg_temp.wait(kind text, attempt int) returns double precision
language plpgsql as $$
declare
    worker int := pg_temp.worker('a');
    new_job bigint := work.enqueue(kind);
    token bigint;
    due timestamptz;
begin
    update work.job as j set attempt = wait.attempt - 1, max_attempts = 100
    where j.job_id = new_job;
    select c.lease_token into strict token from work.claim(worker, array[kind], 1) as c;
    if work.nack(worker, new_job, token, 'boom') <> 'retry' then
        raise exception 'it is not tried again';
    end if;
    delete from work.job as j where j.job_id = new_job returning j.run_at into due;
    return extract(epoch from due - clock_timestamp());
end
$$;
create temporary table wait on commit drop as
select kind, attempt, times, pg_temp.wait(kind, attempt) as seconds
from unnest('{fail,fail_slowly}'::text[]) as kind
cross join generate_series(1, 8) as attempt
cross join generate_series(1, 20) as times;

select is_empty(
    $$select * from wait
    where kind = 'fail' and seconds > least(60, 2 * 2 ^ (attempt - 1))$$,
    'no wait is longer than twice the one before, nor than the longest'
);
-- A second for a machine that stands still.
select is_empty(
    $$select * from wait
    where kind = 'fail' and seconds < least(60, 2 * 2 ^ (attempt - 1)) / 2 - 1$$,
    'nor shorter than half of that'
);
select is_empty(
    $$select attempt from wait group by kind, attempt
    having max(seconds) - min(seconds) < 0.1 * max(seconds)$$,
    'jobs that failed together do not come back together'
);
select cmp_ok(
    max(seconds) filter (where attempt = 8), '>',
    10 * max(seconds) filter (where attempt = 1), 'waits grow'
) from wait where kind = 'fail';
select cmp_ok(
    pg_temp.wait('fail_slowly', 99), '<=', 100 * 86400.0::double precision,
    'however often it has failed'
);
select cmp_ok(
    pg_temp.wait('fail_slowly', 99), '>=', 50 * 86400.0 - 10::double precision,
    'the longest wait is the end of it'
);

select * from finish();
rollback;
