-- A worker that was slow loses its lease, and claims the very job again: its answer of
-- the first time has the right worker and the right job. The token alone tells.
begin;
select plan(10);
\ir ../roles.psql
\ir worker.psql
set local role bellwether_worker;
select pg_temp.add(1) as job \gset
select lease_token as old from work.claim(pg_temp.worker('a'), null, 1) \gset
reset role;
update work.job set lease_until = clock_timestamp() - interval '1 second';
set local role bellwether_worker;
select is(work.rescue(), 1, 'the lease has ended');
select lease_token as new from work.claim(pg_temp.worker('a'), null, 1) \gset
select cmp_ok(:new, '>', :old, 'the same worker has it again, by another token');
reset role;
create temporary table before on commit drop as select j::text as state from work.job as j;
select value as lost from work.counters where name = 'leases_lost' \gset
set local role bellwether_worker;

select is(
    work.ack(pg_temp.worker('a'), array[:job], array[:old]), '{}'::bigint[],
    'the old token ends nothing'
);
select is(
    work.nack(pg_temp.worker('a'), :job, :old, 'late'), 'lost', 'fails nothing'
);
select is(
    work.nack(pg_temp.worker('a'), :job, :old, 'late', permanent => true), 'lost',
    'kills nothing'
);
select is(
    work.extend(pg_temp.worker('a'), array[:job], array[:old]), '{}'::bigint[],
    'extends nothing'
);
reset role;
select results_eq(
    'select j::text from work.job as j', 'select state from before', 'and changes nothing'
);
select is(
    (select value from work.counters where name = 'leases_lost'), :lost + 4::bigint,
    'four leases were lost'
);
set local role bellwether_worker;
select is(
    work.extend(pg_temp.worker('a'), array[:job], array[:new]), array[:job]::bigint[],
    'the new token extends'
);
select is(
    work.ack(pg_temp.worker('a'), array[:job], array[:new]), array[:job]::bigint[],
    'and ends'
);

select * from finish();
rollback;
