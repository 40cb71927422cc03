-- Finished jobs: one partition a day, made ahead, dropped by age.

create or replace function work.keep_days(keep integer default 14)
returns void
language plpgsql
security definer -- workers do not own the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    today date := (clock_timestamp() at time zone 'UTC')::date;
    day date;
    partition text;
begin
    -- The day after tomorrow is there: nothing to do, and no lock taken.
    if to_regclass(
        format('work.job_done_%s', to_char(today + 2, 'YYYYMMDD'))
    ) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('work.keep_days'));

    for day in select today + ahead from generate_series(0, 3) as ahead loop
        partition := format('job_done_%s', to_char(day, 'YYYYMMDD'));
        continue when to_regclass(format('work.%I', partition)) is not null;
        -- Made beside and attached: attaching lets others go on writing.
        execute format(
            'create table work.%I (like work.job_done including all)', partition
        );
        execute format(
            'alter table work.job_done attach partition work.%I for values from (%L) '
            'to (%L)',
            partition, day::timestamp at time zone 'UTC',
            (day + 1)::timestamp at time zone 'UTC'
        );
    end loop;

    for partition in
        select c.relname from pg_inherits as i
        inner join pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = 'work.job_done'::regclass
            and c.relname < format('job_done_%s', to_char(today - keep, 'YYYYMMDD'))
    loop
        execute format('drop table work.%I', partition);
    end loop;
end
$$;
comment on function work.keep_days(integer) is
'Makes the partitions of work.job_done for today and three days more, once a day drops '
'those older than so many days.';

select work.keep_days();
