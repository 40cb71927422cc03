-- The sessions of an exchange calendar from a file: day, open and close in UTC.

-- Example: market._session_time('2018-02-05', '21:00') -> 2018-02-05 21:00:00+00
create or replace function market._session_time(session text, hour text)
returns timestamptz
language sql stable parallel safe
return (session || ' ' || hour)::timestamp at time zone 'UTC';
comment on function market._session_time(text, text) is
'A time of day of a session, in UTC.';

create or replace function market.check_staged_sessions(
    calendar text, correct boolean default false
)
returns bigint
language plpgsql volatile
-- Definer: the staging tables belong to the owner.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform market._check_is_staged('staged_session');
    perform pg_advisory_xact_lock(hashtextextended('market.ingest', 0));
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select s.staged_id, s.line, s.problem_column, s.problem, s.raw
    from pg_temp.staged_session as s
    where s.problem is not null;
    perform market._check_session_texts();
    perform market._check_session_values(calendar, correct);
    return (select count(*) from pg_temp.staged_fault);
end
$$;
comment on function market.check_staged_sessions(text, boolean) is
'Finds the faults of the staged sessions, into pg_temp.staged_fault; how many.';

create or replace function market._check_session_texts()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select
        s.staged_id, s.line, fault.column_name, fault.reason,
        array_to_string(
            array[s.session, s.open_utc, s.close_utc, s.early_close], ',', ''
        )
    from pg_temp.staged_session as s
    cross join lateral (values
        ('session', case
            when s.session is null then 'is empty'
            when length(s.session) > 10
                then 'is not a day: ' || quote_literal(left(s.session, 40))
            else market._time_fault(s.session)
        end),
        ('open_utc', market._hour_fault(s.open_utc)),
        ('close_utc', market._hour_fault(s.close_utc)),
        ('early_close', case
            when s.early_close not in ('0', '1', 'false', 'true')
                then 'is not 0 or 1: ' || quote_literal(left(s.early_close, 40))
        end)
    ) as fault (column_name, reason)
    where s.problem is null and fault.reason is not null;
end
$$;
comment on function market._check_session_texts() is
'Faults of form: what is empty, no day or no time of day.';

create or replace function market._hour_fault(value text)
returns text
language sql immutable parallel safe
return case
    when value is null then 'is empty'
    when value !~ '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$'
        then 'is not a time of day: ' || quote_literal(left(value, 40))
end;
comment on function market._hour_fault(text) is
'What is wrong with a text that should be HH:MM; null if nothing is.';

create or replace function market._check_session_values(calendar text, correct boolean)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select
        s.staged_id, s.line, fault.column_name, fault.reason,
        array_to_string(
            array[s.session, s.open_utc, s.close_utc, s.early_close], ',', ''
        )
    from (
        select
            n.*, market._session_time(n.session, n.open_utc) as open_at,
            market._session_time(n.session, n.close_utc) as close_at,
            first_value(n.line) over same as first_line,
            row_number() over same as number
        from pg_temp.staged_session as n
        where not exists (
            select from pg_temp.staged_fault as f where f.staged_id = n.staged_id
        )
        window same as (partition by n.session order by n.staged_id)
    ) as s
    left join market.session as m
        on m.calendar = _check_session_values.calendar and m.session = s.session::date
    cross join lateral (values
        ('session', case
            when s.number > 1
                then format('%s is in line %s already', s.session, s.first_line)
        end),
        ('close_utc', case
            when s.close_at <= s.open_at then 'is not after open_utc'
            when not correct and s.close_at <> m.close_at
                then format('differs from what is stored: %s', m.close_at)
        end),
        ('open_utc', case
            when not correct and s.open_at <> m.open_at
                then format('differs from what is stored: %s', m.open_at)
        end),
        ('early_close', case
            when not correct and s.early_close::boolean <> m.early_close
                then format('differs from what is stored: %s', m.early_close)
        end)
    ) as fault (column_name, reason)
    where fault.reason is not null;
end
$$;
comment on function market._check_session_values(text, boolean) is
'Faults of value: a day twice, a close before the open, a stored day that differs.';

create or replace function market.load_staged_sessions(
    calendar text, correct boolean default false
)
returns table (inserted bigint, unchanged bigint, corrected bigint)
language plpgsql volatile
-- Definer: the only way by which a login other than the owner stores sessions.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted bigint;
begin
    perform market._check_is_staged('staged_session');
    delete from pg_temp.staged_session as s
    where exists (
        select from pg_temp.staged_fault as f where f.staged_id = s.staged_id
    );
    select count(*) into wanted from pg_temp.staged_session;

    corrected := 0;
    if correct then
        update market.session as m
        set
            open_at = market._session_time(s.session, s.open_utc),
            close_at = market._session_time(s.session, s.close_utc),
            early_close = coalesce(s.early_close::boolean, m.early_close)
        from pg_temp.staged_session as s
        where m.calendar = load_staged_sessions.calendar and m.session = s.session::date
            and (
                market._session_time(s.session, s.open_utc),
                market._session_time(s.session, s.close_utc),
                coalesce(s.early_close::boolean, m.early_close)
            ) is distinct from (m.open_at, m.close_at, m.early_close);
        get diagnostics corrected = row_count;
    end if;

    insert into market.session (calendar, session, open_at, close_at, early_close)
    select
        load_staged_sessions.calendar, s.session::date,
        market._session_time(s.session, s.open_utc),
        market._session_time(s.session, s.close_utc),
        coalesce(s.early_close::boolean, false)
    from pg_temp.staged_session as s
    order by s.session
    on conflict do nothing;
    get diagnostics inserted = row_count;

    unchanged := wanted - inserted - corrected;
    return next;
end
$$;
comment on function market.load_staged_sessions(text, boolean) is
'Stores the checked sessions that are new, and with correct those that differ.';

revoke all on function
market._session_time(text, text), market._hour_fault(text),
market._check_session_texts(),
market._check_session_values(text, boolean),
market.check_staged_sessions(text, boolean), market.load_staged_sessions(text, boolean)
from public;
grant execute on function
market.check_staged_sessions(text, boolean), market.load_staged_sessions(text, boolean)
to bellwether_worker;
