-- Finished jobs: one partition a day, made ahead, dropped by age.
--
-- Example: select work.drop_old('3 days') -> 4 (days dropped)

create or replace function work.drop_old(age interval default '14 days')
returns integer
language plpgsql
security definer -- workers do not own the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    first_kept text;
    patience text := current_setting('lock_timeout');
    partition text;
    dropped integer := 0;
begin
    if age is null or age not between interval '0' and interval '1000 years' then
        raise exception using
            errcode = 'BW219',
            message = format(
                'finished jobs cannot be %s old', coalesce(age::text, 'null')
            ),
            hint = 'Give an interval of 0 to 1000 years.';
    end if;
    -- A day is old when its last moment is.
    first_kept := to_char((clock_timestamp() - age) at time zone 'UTC', 'YYYYMMDD');
    for partition in
        select c.relname from pg_inherits as i
        inner join pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = 'work.job_done'::regclass
            and c.relname < 'job_done_' || first_kept
        order by c.relname
    loop
        -- Whoever reads the old days is not waited for: those who finish jobs would
        -- have to wait behind us. The next day comes round again.
        begin
            perform set_config('lock_timeout', '100ms', true);
            execute format('drop table work.%I', partition);
            dropped := dropped + 1;
        exception when lock_not_available then
            raise notice 'somebody reads work.%, it is dropped another time', partition;
        end;
        perform set_config('lock_timeout', patience, true);
    end loop;
    return dropped;
end
$$;
comment on function work.drop_old(interval) is
'Drops the days of finished jobs that are older than that; returns how many. A day that '
'somebody reads is left for another time.';

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
    -- Yesterday and the day after tomorrow are there: nothing to do, and no lock taken.
    if to_regclass(
        format('work.job_done_%s', to_char(today + 2, 'YYYYMMDD'))
    ) is not null and to_regclass(
        format('work.job_done_%s', to_char(today - 1, 'YYYYMMDD'))
    ) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('work.keep_days'));

    -- Yesterday too: a clock may be set back over midnight.
    for day in select today + ahead from generate_series(-1, 3) as ahead loop
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
    perform work.drop_old(make_interval(days => keep));
end
$$;
comment on function work.keep_days(integer) is
'Makes the partitions of work.job_done from yesterday to three days ahead, once a day drops '
'those older than so many days.';

-- No query: psql would print its empty answer.
do $$ begin perform work.keep_days(); end $$;
