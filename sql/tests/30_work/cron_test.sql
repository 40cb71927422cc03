-- Cron lines: when they fire, and what is no cron line.
begin;
select plan(67);
create function pg_temp.fires(
    cron text, after text, zone text default 'UTC', times int default 1
) returns text language plpgsql as $$
declare
    moment timestamptz := after;
    shown text[] := '{}';
begin
    for i in 1..times loop
        moment := work.cron_next(cron, moment, zone);
        shown := shown || to_char(moment at time zone 'UTC', 'MM-DD HH24:MI');
    end loop;
    return array_to_string(shown, ', ');
end
$$;

select is(
    pg_temp.fires(cron, after), expected, format('%s after %s', cron, after)
) from (values
    ('* * * * *', '2024-05-01 10:00:00+00', '05-01 10:01'),
    ('* * * * *', '2024-05-01 10:00:30+00', '05-01 10:01'),
    ('0 * * * *', '2024-05-01 10:00+00', '05-01 11:00'),
    ('59 23 * * *', '2024-05-01 23:59+00', '05-02 23:59'),
    ('*/15 * * * *', '2024-05-01 10:46+00', '05-01 11:00'),
    ('5-20/5 * * * *', '2024-05-01 10:11+00', '05-01 10:15'),
    ('1,3,40-42 * * * *', '2024-05-01 10:03+00', '05-01 10:40'),
    ('30 6-9,17 * * *', '2024-05-01 09:30+00', '05-01 17:30'),
    ('0 0 1 * *', '2024-05-01 00:00+00', '06-01 00:00'),
    ('0 0 31 * *', '2024-05-31 00:00+00', '07-31 00:00'),
    ('0 0 29 2 *', '2024-02-29 00:00+00', '02-29 00:00'),
    ('0 12 * jan-mar *', '2024-05-01 10:00+00', '01-01 12:00'),
    ('0 12 * Dec *', '2024-05-01 10:00+00', '12-01 12:00'),
    ('0 12 * * mon', '2024-05-01 10:00+00', '05-06 12:00'),
    ('0 12 * * mon-fri', '2024-05-03 12:00+00', '05-06 12:00'),
    ('0 12 * * 7', '2024-05-01 10:00+00', '05-05 12:00'),
    ('0 12 * * 0', '2024-05-01 10:00+00', '05-05 12:00'),
    ('0 12 * * 5-7', '2024-05-04 12:00+00', '05-05 12:00'),
    -- Both days restricted: either will do.
    ('0 12 13 * fri', '2024-05-01 10:00+00', '05-03 12:00'),
    ('0 12 2 * fri', '2024-05-01 10:00+00', '05-02 12:00'),
    -- With a star it is both: every second day of the month, if it is a Monday.
    ('0 12 */2 * mon', '2024-05-01 10:00+00', '05-13 12:00'),
    ('  0   12 * * * ', '2024-05-01 10:00+00', '05-01 12:00')
) as line (cron, after, expected);
select is(
    work.cron_next('0 0 29 2 *', '2096-03-01 00:00+00'), '2104-02-29 00:00+00',
    'a leap day may be eight years away'
);

-- 02:30 where clocks go from 02:00 to 03:00 and, in autumn, from 03:00 to 02:00.
select is(
    pg_temp.fires('30 2 * * *', '2024-03-30 12:00+00', 'Europe/Berlin', 3),
    '03-31 01:00, 04-01 00:30, 04-02 00:30',
    'a time that a day does not have fires when the gap ends'
);
select is(
    pg_temp.fires('30 2 * * *', '2024-10-26 12:00+00', 'Europe/Berlin', 3),
    '10-27 00:30, 10-28 01:30, 10-29 01:30',
    'a time that a day has twice fires the first time only'
);
-- New York goes from 02:00 to 03:00, and from 02:00 back to 01:00.
select is(
    pg_temp.fires('30 2 * * *', '2024-03-09 12:00+00', 'America/New_York', 2),
    '03-10 07:00, 03-11 06:30', 'in New York the gap ends at seven'
);
select is(
    pg_temp.fires('30 2 * * *', '2024-11-02 12:00+00', 'America/New_York', 2),
    '11-03 07:30, 11-04 07:30', 'in autumn 02:30 comes once there'
);
select is(
    pg_temp.fires('30 1 * * *', '2024-11-02 12:00+00', 'America/New_York', 2),
    '11-03 05:30, 11-04 06:30', 'and 01:30 twice'
);
select is(
    pg_temp.fires('30 * * * *', '2024-03-10 05:45+00', 'America/New_York', 3),
    '03-10 06:30, 03-10 07:30, 03-10 08:30', 'an hourly line misses nothing in spring'
);
select is(
    pg_temp.fires('30 * * * *', '2024-11-03 04:45+00', 'America/New_York', 4),
    '11-03 05:30, 11-03 06:30, 11-03 07:30, 11-03 08:30',
    'and fires in both of two equal hours in autumn'
);
select is(
    pg_temp.fires('*/30 0-3 * * *', '2024-11-03 05:15+00', 'America/New_York', 3),
    '11-03 05:30, 11-03 07:00, 11-03 07:30', 'hours that are named come once'
);
select is(
    pg_temp.fires('0,30 2 * * *', '2024-03-10 06:30+00', 'America/New_York', 2),
    '03-10 07:00, 03-11 06:00', 'two times in one gap are one'
);
-- Lord Howe goes by half an hour; Troll by two.
select is(
    pg_temp.fires('15 2 * * *', '2024-10-05 12:00+00', 'Australia/Lord_Howe', 2),
    '10-05 15:30, 10-06 15:15', 'a gap of half an hour'
);
select is(
    pg_temp.fires('45 1 * * *', '2024-04-06 12:00+00', 'Australia/Lord_Howe', 2),
    '04-06 14:45, 04-07 15:15', 'half an hour that comes twice'
);
select is(
    pg_temp.fires('30 2 * * *', '2024-10-26 12:00+00', 'Antarctica/Troll', 2),
    '10-27 00:30, 10-28 02:30', 'two hours that come twice'
);
-- Havana's gap begins at midnight.
select is(
    pg_temp.fires('30 0 * * *', '2024-03-09 12:00+00', 'America/Havana', 2),
    '03-10 05:00, 03-11 04:30', 'a gap at midnight'
);
select is(
    pg_temp.fires('30 0 * * *', '2024-11-02 12:00+00', 'America/Havana', 2),
    '11-03 04:30, 11-04 05:30', 'an hour after midnight that comes twice'
);

-- A year of ticks, against the clock's own minutes.
select is_empty(
    $$
    select m from generate_series(
        '2024-03-10 00:00+00'::timestamptz, '2024-03-11 00:00+00', '1 minute'
    ) as m
    where extract(minute from m at time zone 'America/New_York') in (0, 20, 40)
    except
    select tick from (
        with recursive ticks as (
            select work.cron_next(
                '*/20 * * * *', '2024-03-09 23:59+00', 'America/New_York'
            ) as tick
            union all
            select work.cron_next('*/20 * * * *', tick, 'America/New_York') from ticks
            where tick < '2024-03-11 00:00+00'
        )
        select tick from ticks
    ) as fired
    $$, 'on a change day every twentieth minute is met'
);

select throws_ok(
    format('select work.cron_next(%L, now())', cron), 'BW216', null,
    format('%L is no cron line', cron)
) from unnest(array[
    '', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * 32 * *',
    '* * * 13 * ', '* * * 0 *', '* * * * 8', '*/0 * * * *', '5-1 * * * *', '1- * * * *',
    'a * * * *', '* * * * monday', '1,,2 * * * *', '*-5 * * * *', '-1 * * * *',
    '* * * fri *', '@daily', '5/10 * * * *', '1.5 * * * *', '99999999999 * * * *'
]) as line (cron);
select throws_ok(
    $$select work.cron_next(null, now())$$, 'BW216', null, 'nor is null'
);
select throws_ok(
    $$select work.cron_next('0 0 30 2 *', now())$$, 'BW216',
    'the cron line ''0 0 30 2 *'' never fires', 'nor 30 February'
);
select throws_ok(
    $$select work.cron_next('0 0 31 4,6,9,11 *', now())$$, 'BW216', null,
    'nor 31 April'
);
select throws_ok(
    $$select work.cron_next('* * * * *', 'infinity')$$, 'BW216', null,
    'nothing comes after the end of time'
);
select throws_ok(
    $$select work.cron_next('* * * * *', null)$$, 'BW216', null, 'nor after no time'
);
select throws_ok(
    $$select work.cron_next('* * * * *', now(), 'Mars/Olympus')$$, 'BW217', null,
    'an unknown time zone is refused'
);

select * from finish();
rollback;
