-- Cron lines, in time zones.
--
-- Example: work.cron_next('30 2 * * *', '2024-03-09 12:00+00', 'America/New_York')
--   -> 2024-03-10 07:00+00: there is no 02:30 on that day, so it fires as the clock
--      jumps, at 03:00
--
-- The rules are those of Vixie cron (crontab(5)): five fields; when day of month and
-- day of week are both restricted, either of them will do. A time that a day does not
-- have fires when the gap ends; a time that a day has twice fires the first time only,
-- unless the hour is free (* or */n): such lines go by the minutes as they pass.

-- One field as the values that it allows.
-- Example: work._cron_field('mon-fri', 0, 7, '{sun,mon,tue,wed,thu,fri,sat}', 0)
--   -> {1,2,3,4,5}
create or replace function work._cron_field(
    field text, low integer, high integer, names text[], first_name integer
)
returns integer[]
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
declare
    part text;
    bound text[];
    ends integer[];
    step integer;
    allowed integer[] := '{}'::integer[];
    value integer;
begin
    foreach part in array string_to_array(lower(field), ',') loop
        -- 1: *, or the first value; 2: the last value; 3: the step.
        bound := regexp_match(
            part, '^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/([0-9]{1,3}))?$'
        );
        if bound is null or (bound[1] = '*' and bound[2] is not null)
            or (bound[3] is not null and bound[1] <> '*' and bound[2] is null) then
            return null;
        end if;
        ends := '{}'::integer[];
        for i in 1..2 loop
            if bound[i] ~ '^[0-9]{1,2}$' then
                ends[i] := bound[i]::integer;
            elsif bound[i] <> '*' then
                ends[i] := array_position(names, bound[i]) - 1 + first_name;
                if ends[i] is null then
                    return null;
                end if;
            end if;
        end loop;
        if bound[1] = '*' then
            ends := array[low, high];
        elsif bound[2] is null then
            ends[2] := ends[1];
        end if;
        step := coalesce(bound[3]::integer, 1);
        if step < 1 or ends[1] < low or ends[2] > high or ends[1] > ends[2] then
            return null;
        end if;
        for value in select generate_series(ends[1], ends[2], step) loop
            allowed := allowed || value;
        end loop;
    end loop;
    return allowed;
end
$$;
comment on function work._cron_field(text, integer, integer, text[], integer) is
'The values that a field of a cron line allows; null if it is wrong.';

-- When a clock in the zone shows this time: twice, once, or (a gap) when the gap ends.
-- Example: work._instants('2024-11-03 01:30', 'America/New_York')
--   -> {2024-11-03 05:30+00,2024-11-03 06:30+00}
create or replace function work._instants(local timestamp, time_zone text)
returns timestamptz[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Of a time that comes twice PostgreSQL takes the second; one that is missing it
    -- reads on the clock before the gap, which is behind the gap.
    instant timestamptz := local at time zone time_zone;
    gap interval := (instant at time zone time_zone) - local;
    earlier timestamptz;
begin
    if gap > interval '0' then
        select min(minute) into earlier
        from generate_series(instant - gap, instant, interval '1 minute') as minute
        where
            (minute at time zone time_zone) - (minute at time zone 'UTC')
            = (instant at time zone time_zone) - (instant at time zone 'UTC');
        return array[earlier];
    end if;
    -- Clocks are set back by half an hour, an hour, or (Troll) two.
    select min(instant - shift) into earlier
    from unnest(array['30 minutes', '1 hour', '2 hours']::interval[]) as shift
    where (instant - shift) at time zone time_zone = local;
    return array_remove(array[earlier, instant], null);
end
$$;
comment on function work._instants(timestamp, text) is
'The moments at which a clock in the zone shows this time, or the end of the gap that '
'has swallowed it.';

create or replace function work._check_time_zone(time_zone text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from pg_timezone_names as z where z.name = _check_time_zone.time_zone
    ) then
        raise exception using
            errcode = 'BW217',
            message = format(
                'unknown time zone %s', coalesce(quote_literal(time_zone), 'null')
            ),
            hint = 'The time zones are in pg_timezone_names, like America/New_York.';
    end if;
end
$$;
comment on function work._check_time_zone(text)
    is 'An error if there is no such time zone.';

create or replace function work.cron_next(
    cron text, after timestamptz, time_zone text default 'UTC'
)
returns timestamptz
language plpgsql stable
security definer -- the helpers are nobody's
set search_path = pg_catalog, pg_temp
as $$
declare
    -- No line that means something is longer.
    fields text[] := regexp_split_to_array(btrim(left(cron, 1001)), '\s+');
    minutes integer[];
    hours integer[];
    days integer[];
    months integer[];
    weekdays integer[];
    every_hour boolean;
    either_day boolean;
    local_start timestamp;
    day date;
    earliest timestamptz;
begin
    if after is null or after not between '1900-01-01 00:00+00' and '9999-01-01 00:00+00'
    then
        raise exception using
            errcode = 'BW216',
            message = format(
                'no cron line fires after %s', coalesce(after::text, 'null')
            ),
            hint = 'The years are 1900 to 9998.';
    end if;
    -- PostgreSQL knows more zones than it names: those are asked for only if it does not
    -- know this one.
    begin
        local_start := cron_next.after at time zone time_zone;
    exception when invalid_parameter_value then
        local_start := null;
    end;
    if local_start is null then
        perform work._check_time_zone(time_zone);
    end if;
    minutes := work._cron_field(fields[1], 0, 59, '{}', 0);
    hours := work._cron_field(fields[2], 0, 23, '{}', 0);
    days := work._cron_field(fields[3], 1, 31, '{}', 1);
    months := work._cron_field(
        fields[4], 1, 12,
        '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}', 1
    );
    weekdays := work._cron_field(
        fields[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}', 0
    );
    if length(cron) > 1000 or cardinality(fields) is distinct from 5
        or minutes is null or hours is null
        or days is null or months is null or weekdays is null then
        raise exception using
            errcode = 'BW216',
            message = format(
                '%s is no cron line', coalesce(quote_literal(left(cron, 100)), 'null')
            ),
            detail = 'Five fields: minute, hour, day of month, month, day of week.',
            hint = 'For example 30 2 * * mon-fri.';
    end if;
    every_hour := fields[2] like '*%';
    either_day := fields[3] not like '*%' and fields[5] not like '*%';

    -- From a day earlier: the clock may have been set back over midnight. 29 February may
    -- be eight years away.
    for day in
        select d::date
        from generate_series(
            local_start::date - 1, local_start::date + 2930, interval '1 day'
        ) as d
        where
            extract(month from d) = any(months)
            and case
                when either_day
                    then extract(day from d) = any(days)
                    or extract(dow from d) = any(weekdays)
                    or (extract(dow from d) = 0 and 7 = any(weekdays))
                else extract(day from d) = any(days)
                    and (
                        extract(dow from d) = any(weekdays)
                        or (extract(dow from d) = 0 and 7 = any(weekdays))
                    )
            end
    loop
        -- Clocks are set back by two hours at most: what a clock showed longer ago does
        -- not come again, and two hundred minutes reach beyond that.
        select min(shown.instant) into earliest
        from (
            select day + make_interval(hours => hour, mins => minute) as local
            from unnest(hours) as hour cross join unnest(minutes) as minute
            where
                day + make_interval(hours => hour, mins => minute)
                > local_start - interval '130 minutes'
            order by 1 limit 200
        ) as clock
        cross join lateral unnest(work._instants(clock.local, time_zone))
            with ordinality as shown (instant, pass)
        where
            shown.instant > cron_next.after
            and case
                when every_hour then shown.instant at time zone time_zone = clock.local
                else shown.pass = 1
            end;
        if earliest is not null then
            return earliest;
        end if;
    end loop;
    raise exception using
        errcode = 'BW216',
        message = format('the cron line %L never fires', cron),
        hint = 'No month has such a day.';
end
$$;
comment on function work.cron_next(text, timestamptz, text) is
'When a cron line fires next after a moment, by the clocks of a time zone. A time that '
'a day does not have fires when the gap ends, one that it has twice fires once, unless '
'the hour is *.';
