-- What `bellwether jobs` shows: jobs that live, are dead or done.
begin;
select plan(9);

insert into work.kind (name, description) values ('look', 'Test.');
select work.enqueue('look', '{"n": 1}') as first \gset
select work.enqueue('look', '{"n": 2}', run_at => now() + interval '1 hour')
    as second \gset
select work.register_worker('here', 1, 'test', '{look}') as worker \gset
select lease_token as token from work.claim(:worker, '{look}', 10) \gset

select results_eq(
    $$select state from work.jobs where kind = 'look' order by job_id$$,
    array['leased', 'waiting'], 'jobs shows those that live'
);
select is(work.show(:first) ->> 'state', 'leased', 'show finds a job that runs');
select is(
    work.show(:first) -> 'payload', '{"n": 1}', 'and shows its payload'
);
select is(work.show(-1), null, 'a job that never was is null');

select work.ack(:worker, array[:first], array[:token]);
select is(work.show(:first) ->> 'state', 'done', 'show finds a job that is done');

select work.cancel(array[:second]);
select is(work.show(:second) ->> 'state', 'dead', 'show finds a dead job');
select is(
    (select error from work.jobs where job_id = :second), 'canceled',
    'jobs shows why it is dead'
);
select results_eq(
    $$select ready, leased, waiting, dead, done, per_second = 1 / 60.0
        from work.top() where kind = 'look'$$,
    $$values (0::bigint, 0::bigint, 0::bigint, 1::bigint, 1::bigint, true)$$,
    'top counts what is and what was done'
);
select is_empty(
    $$select from work.top() where kind = 'submit_order'$$,
    'a kind without jobs is left out'
);

select finish();
rollback;
