-- Bars from a file: what may not be stored, and the way into market.bar.

create or replace function market.check_staged_bars(
    bar_interval text default '1d', correct boolean default false
)
returns bigint
language plpgsql volatile
-- Definer: the staging tables belong to the owner.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    length interval;
begin
    perform market._check_is_staged('staged_bar');
    select b.length into length from market.bar_interval as b
    where b.bar_interval = check_staged_bars.bar_interval;
    if not found then
        raise exception using
            errcode = 'BW303',
            message = format('there is no bar interval %L', bar_interval),
            hint = format('Intervals are %s.', (
                select string_agg(b.bar_interval, ', ' order by b.length)
                from market.bar_interval as b
            ));
    end if;
    -- Two loads at once would both find a bar missing.
    perform pg_advisory_xact_lock(hashtextextended('market.ingest', 0));
    perform market._check_bar_texts();
    perform market._type_staged_bars(bar_interval, length);
    perform market._check_bar_values(length);
    perform market._check_bar_repeats();
    if not correct then
        perform market._check_bar_differences(bar_interval);
    end if;
    return (select count(*) from pg_temp.staged_fault);
end
$$;
comment on function market.check_staged_bars(text, boolean) is
'Finds the faults of the staged bars, into pg_temp.staged_fault; how many.';

-- What a row can be blamed for before its fields are numbers.
create or replace function market._check_bar_texts()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    analyze pg_temp.staged_bar;
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select s.staged_id, s.line, s.problem_column, s.problem, s.raw
    from pg_temp.staged_bar as s
    where s.problem is not null;

    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select
        s.staged_id, s.line, fault.column_name, fault.reason,
        array_to_string(array[
            s.symbol, s.date, s.open, s.high, s.low, s.close, s.volume, s.adj_close
        ], ',', '')
    from pg_temp.staged_bar as s
    cross join lateral (values
        ('symbol', case when s.symbol is null then 'is empty' end),
        ('date', case
            when s.date is null then 'is empty' else market._time_fault(s.date)
        end),
        ('open', market._number_fault(s.open)),
        ('high', market._number_fault(s.high)),
        ('low', market._number_fault(s.low)),
        ('close', case
            when s.close is null then 'is empty' else market._number_fault(s.close)
        end),
        ('volume', market._number_fault(s.volume)),
        ('adj_close', market._number_fault(s.adj_close))
    ) as fault (column_name, reason)
    where s.problem is null and fault.reason is not null;
end
$$;
comment on function market._check_bar_texts() is
'Faults of form: what was unreadable, empty, no number or no date.';

-- The rows without a fault so far, with types and the time they became known.
create or replace function market._type_staged_bars(bar_interval text, length interval)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    truncate pg_temp.typed_bar;
    insert into pg_temp.typed_bar (
        staged_id, instrument_id, ts, open, high, low, close, volume, adj_close,
        known_at, is_estimated
    )
    with good as materialized (
        select s.*, t.ts, t.day, i.instrument_id, i.calendar
        from pg_temp.staged_bar as s
        cross join lateral (
            select
                market._staged_time(s.date) as ts,
                (market._staged_time(s.date) at time zone 'UTC')::date as day
        ) as t
        left join market.instrument as i on i.symbol = s.symbol
        where not exists (
            select from pg_temp.staged_fault as f where f.staged_id = s.staged_id
        )
    ),
    -- Instruments of one calendar close together: ask once for each day.
    closes as materialized (
        select
            one.calendar, one.day,
            market.known_at(one.instrument_id, one.day) as close_at,
            one.day <@ known.days is not true as is_estimated
        from (
            select g.calendar, g.day, min(g.instrument_id) as instrument_id
            from good as g
            where g.calendar is not null and bar_interval = '1d'
            group by g.calendar, g.day
        ) as one
        left join (
            select d.calendar, daterange(min(d.session), max(d.session), '[]') as days
            from market.session as d
            group by d.calendar
        ) as known on known.calendar = one.calendar
    )
    select
        g.staged_id, g.instrument_id, g.ts,
        g.open::float8, g.high::float8, g.low::float8, g.close::float8,
        g.volume::float8, g.adj_close::float8,
        case when c.day is null then g.ts + length else c.close_at end,
        coalesce(c.is_estimated, false)
    from good as g
    left join closes as c on c.calendar = g.calendar and c.day = g.day;
    analyze pg_temp.typed_bar;
end
$$;
comment on function market._type_staged_bars(text, interval) is
'Fills pg_temp.typed_bar from the staged rows whose form is right.';

-- What the numbers of one row say about each other.
create or replace function market._check_bar_values(length interval)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select
        s.staged_id, s.line, fault.column_name, fault.reason,
        array_to_string(array[
            s.symbol, s.date, s.open, s.high, s.low, s.close, s.volume, s.adj_close
        ], ',', '')
    from pg_temp.typed_bar as b
    inner join pg_temp.staged_bar as s on s.staged_id = b.staged_id
    cross join lateral (values
        ('symbol', case
            when b.instrument_id is null
                then 'is unknown: ' || quote_literal(left(s.symbol, 40))
        end),
        ('date', case
            when b.ts <> date_bin(length, b.ts, '2000-01-01 00:00+00')
                then 'is not the start of a bar of ' || length
            when b.instrument_id is not null and b.known_at is null
                then 'is no session of the exchange'
            when b.known_at > clock_timestamp()
                then 'is of a bar that is not complete yet'
        end),
        ('open', case
            when b.open <= 0 then 'is not above zero'
            when b.high < b.low then null
            when b.open > b.high then format('is above high: %s > %s', s.open, s.high)
            when b.open < b.low then format('is below low: %s < %s', s.open, s.low)
        end),
        ('high', case
            when b.high <= 0 then 'is not above zero'
            when b.high < b.low then format('is below low: %s < %s', s.high, s.low)
        end),
        ('low', case when b.low <= 0 then 'is not above zero' end),
        ('close', case
            when b.close <= 0 then 'is not above zero'
            when b.high < b.low then null
            when b.close > b.high then format('is above high: %s > %s', s.close, s.high)
            when b.close < b.low then format('is below low: %s < %s', s.close, s.low)
        end),
        ('volume', case when b.volume < 0 then 'is negative: ' || s.volume end),
        ('adj_close', case when b.adj_close <= 0 then 'is not above zero' end)
    ) as fault (column_name, reason)
    where fault.reason is not null;
end
$$;
comment on function market._check_bar_values(interval) is
'Faults of value: unknown symbol, prices out of order, a bar that has not ended.';

create or replace function market._check_bar_repeats()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select
        s.staged_id, s.line, 'date',
        format('%s %s is in line %s already', s.symbol, s.date, repeated.first_line),
        array_to_string(array[
            s.symbol, s.date, s.open, s.high, s.low, s.close, s.volume, s.adj_close
        ], ',', '')
    from (
        select
            b.staged_id, row_number() over same as number,
            first_value(first.line) over same as first_line
        from pg_temp.typed_bar as b
        inner join pg_temp.staged_bar as first on first.staged_id = b.staged_id
        where b.instrument_id is not null
        window same as (partition by b.instrument_id, b.ts order by b.staged_id)
    ) as repeated
    inner join pg_temp.staged_bar as s on s.staged_id = repeated.staged_id
    where repeated.number > 1;
end
$$;
comment on function market._check_bar_repeats() is
'Faults of repetition: an instrument''s bar that an earlier line has already.';

-- A field that the file leaves empty says nothing about the stored one.
create or replace function market._check_bar_differences(bar_interval text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select
        s.staged_id, s.line, fault.column_name,
        format('differs from what is stored: %s, stored %s', fault.given, fault.stored),
        array_to_string(array[
            s.symbol, s.date, s.open, s.high, s.low, s.close, s.volume, s.adj_close
        ], ',', '')
    from pg_temp.typed_bar as b
    inner join pg_temp.staged_bar as s on s.staged_id = b.staged_id
    inner join market.bar as m
        on m.instrument_id = b.instrument_id and m.ts = b.ts
        and m.bar_interval = _check_bar_differences.bar_interval
    cross join lateral (values
        ('open', b.open, m.open), ('high', b.high, m.high), ('low', b.low, m.low),
        ('close', b.close, m.close), ('volume', b.volume, m.volume),
        ('adj_close', b.adj_close, m.adj_close)
    ) as fault (column_name, given, stored)
    where fault.given is not null and fault.given is distinct from fault.stored;
end
$$;
comment on function market._check_bar_differences(text) is
'Faults of contradiction: a stored bar that says something else.';

create or replace function market.load_staged_bars(
    bar_interval text default '1d', source text default 'file',
    correct boolean default false
)
returns table (
    inserted bigint, unchanged bigint, corrected bigint, estimated_closes bigint
)
language plpgsql volatile
-- Definer: the only way by which a login other than the owner stores bars.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted bigint;
begin
    perform market._check_is_staged('typed_bar');
    delete from pg_temp.typed_bar as b
    where exists (
        select from pg_temp.staged_fault as f where f.staged_id = b.staged_id
    );
    select count(*) into wanted from pg_temp.typed_bar;

    corrected := 0;
    if correct then
        -- A corrected bar was not known before it arrived.
        update market.bar as m
        set
            open = coalesce(b.open, m.open), high = coalesce(b.high, m.high),
            low = coalesce(b.low, m.low), close = b.close,
            volume = coalesce(b.volume, m.volume),
            adj_close = coalesce(b.adj_close, m.adj_close),
            known_at = clock_timestamp(), source = load_staged_bars.source
        from pg_temp.typed_bar as b
        where m.instrument_id = b.instrument_id and m.ts = b.ts
            and m.bar_interval = load_staged_bars.bar_interval
            and (
                coalesce(b.open, m.open), coalesce(b.high, m.high),
                coalesce(b.low, m.low), b.close, coalesce(b.volume, m.volume),
                coalesce(b.adj_close, m.adj_close)
            ) is distinct from (m.open, m.high, m.low, m.close, m.volume, m.adj_close);
        get diagnostics corrected = row_count;
    end if;

    with stored as (
        insert into market.bar (
            instrument_id, bar_interval, ts, open, high, low, close, volume, adj_close,
            known_at, source
        )
        select
            b.instrument_id, load_staged_bars.bar_interval, b.ts, b.open, b.high, b.low,
            b.close, b.volume, b.adj_close, b.known_at, load_staged_bars.source
        from pg_temp.typed_bar as b
        order by b.instrument_id, b.ts
        on conflict do nothing
        returning instrument_id, ts
    )
    select count(*), count(*) filter (where b.is_estimated)
    into inserted, estimated_closes
    from stored as s
    inner join pg_temp.typed_bar as b
        on b.instrument_id = s.instrument_id and b.ts = s.ts;

    unchanged := wanted - inserted - corrected;
    return next;
end
$$;
comment on function market.load_staged_bars(text, text, boolean) is
'Stores the checked bars that are new, and with correct those that differ.';

revoke all on function
market.check_staged_bars(text, boolean),
market._check_bar_texts(), market._type_staged_bars(text, interval),
market._check_bar_values(interval), market._check_bar_repeats(),
market._check_bar_differences(text), market.load_staged_bars(text, text, boolean)
from public;
grant execute on function
market.check_staged_bars(text, boolean), market.load_staged_bars(text, text, boolean)
to bellwether_worker;
