-- A job that kills its workers is buried; finished jobs are kept by the day.
begin;
select plan(10);
delete from work.job;
delete from work.dead;
select work.enqueue('run_cycle', '{}', 1) \g /dev/null
update work.job set attempt = max_attempts - 1;
create temporary table w on commit drop as
select work.register_worker('host', 1, '1', '{run_cycle}') as id;
select is(
    (
        select count(*)::int from w, work.claim(w.id, '{run_cycle}', 1)
    ), 1, 'the last attempt starts'
);
delete from work.worker;
select is(work.rescue(), 1, 'a worker that is gone loses its job');
select results_eq(
    $$select reason, error from work.dead$$,
    $$select 'worker lost', format('worker %s died', id) from w$$,
    'which was its last attempt'
);
select is((select count(*)::int from work.job), 0, 'so the poison is out of the queue');

-- Stats count it.
select results_eq(
    $$select kind, tenant_id, ready, dead from work.stats where dead > 0$$,
    $$values ('run_cycle', 1, 0::bigint, 1::bigint)$$,
    'work.stats shows the dead'
);

-- Days.
create table work.job_done_20200101 partition of work.job_done
for values from ('2020-01-01') to ('2020-01-02');
select work.keep_days() \g /dev/null
select has_table(
    'work', 'job_done_20200101', 'a day whose successors exist is left alone'
);
do $$
begin
    execute format(
        'drop table work.job_done_%s', to_char(
            clock_timestamp() at time zone 'UTC' + '2 days', 'YYYYMMDD'
        )
    );
end
$$;
select work.keep_days() \g /dev/null
select hasnt_table('work', 'job_done_20200101', 'the next day drops what is too old');
select has_table(
    'work', format(
        'job_done_%s', to_char(
            clock_timestamp() at time zone 'UTC' + '3 days', 'YYYYMMDD'
        )
    )::name,
    'and makes the days ahead'
);
select has_table(
    'work', format(
        'job_done_%s', to_char(
            clock_timestamp() at time zone 'UTC' - '1 day'::interval, 'YYYYMMDD'
        )
    )::name,
    'and yesterday, for a clock that is set back over midnight'
);
select 'job_done_' || to_char(
    clock_timestamp() at time zone 'UTC' - interval '1 day', 'YYYYMMDD'
) as yesterday \gset
drop table work.:"yesterday";
select work.rescue() \g /dev/null
select has_table('work', :'yesterday'::name, 'if that is gone, the next look makes it');

select * from finish();
rollback;
