-- Where the rows of a file wait until they are checked: temporary tables of the session
-- that loads, all text, with the line of the file they came from.
--
--     begin;
--     select market.stage('bars');
--     copy pg_temp.staged_bar (line, symbol, date, open, high, low, close) from stdin;
--     select market.check_staged_bars();                  -- how many faults
--     select * from pg_temp.staged_fault order by line;   -- which
--     select * from market.load_staged_bars();
--     commit;
--
-- Rows with a fault are never loaded. Who refuses a file for them rolls back; who skips
-- them keeps them with market.reject_staged.

create or replace function market.stage(kind text)
returns void
language plpgsql volatile
-- Definer: the tables belong to the owner, so that nobody can hang a trigger on a table
-- that the owner's functions read.
security definer
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
    drop table if exists pg_temp.staged_fault;
    create temporary table staged_fault (
        staged_id integer not null,
        line integer not null,
        column_name text,
        reason text not null,
        raw text
    ) on commit drop;
    case kind
        when 'bars' then
            drop table if exists pg_temp.staged_bar, pg_temp.typed_bar;
            create temporary table staged_bar (
                staged_id integer generated always as identity,
                line integer not null,
                problem_column text, problem text, raw text,
                symbol text, date text, open text, high text, low text, close text,
                volume text, adj_close text
            ) on commit drop;
            create temporary table typed_bar (
                staged_id integer not null,
                instrument_id integer,
                ts timestamptz not null,
                open float8, high float8, low float8, close float8,
                volume float8, adj_close float8,
                known_at timestamptz,
                is_estimated boolean not null
            ) on commit drop;
        when 'instruments' then
            drop table if exists pg_temp.staged_instrument;
            create temporary table staged_instrument (
                staged_id integer generated always as identity,
                line integer not null,
                problem_column text, problem text, raw text,
                symbol text, name text, sector text, industry text, asset_class text,
                currency text
            ) on commit drop;
        when 'sessions' then
            drop table if exists pg_temp.staged_session;
            create temporary table staged_session (
                staged_id integer generated always as identity,
                line integer not null,
                problem_column text, problem text, raw text,
                session text, open_utc text, close_utc text, early_close text
            ) on commit drop;
        when 'news' then
            drop table if exists pg_temp.staged_news;
            create temporary table staged_news (
                staged_id integer generated always as identity,
                line integer not null,
                problem_column text, problem text, raw text,
                published_at text, symbol text, title text, source text, url text,
                sentiment text
            ) on commit drop;
        else
            raise exception using
                errcode = 'BW302',
                message = format('there is nothing to stage for %L', kind),
                hint = 'Kinds are bars, instruments, sessions and news.';
    end case;
    perform market._open_staged(table_name)
    from unnest(array[
        'staged_fault', 'staged_bar', 'staged_instrument', 'staged_session',
        'staged_news'
    ]) as table_name
    where to_regclass('pg_temp.' || table_name) is not null;
end
$$;
comment on function market.stage(text) is
'Makes the temporary tables for rows of a kind: bars, instruments, sessions or news.';

create or replace function market._open_staged(table_name text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format(
        'grant select, insert on pg_temp.%I to %I', table_name,
        -- Who calls: inside a definer function current_user is the owner.
        coalesce(nullif(current_setting('role'), 'none'), session_user)
    );
end
$$;
comment on function market._open_staged(text) is
'Lets the session''s login fill and read one of its own staging tables.';

create or replace function market._check_is_staged(table_name text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from pg_class as c
        where c.oid = to_regclass('pg_temp.' || quote_ident(table_name))
            and c.relowner
            = (select r.oid from pg_roles as r where r.rolname = current_user)
    ) then
        raise exception using
            errcode = 'BW301',
            message = 'nothing is staged',
            hint = 'Call market.stage first, in the same transaction.';
    end if;
end
$$;
comment on function market._check_is_staged(text) is
'Raises unless the session''s staging table was made by market.stage.';

-- Example: market._number_fault('12,5') -> is not a number: '12,5'
-- The form is bounded so that the cast cannot overflow; NaN and infinity are no prices.
create or replace function market._number_fault(value text)
returns text
language sql immutable parallel safe
return case
    when value !~ (
        '^[+-]?([0-9]{1,40}([.][0-9]{0,40})?|[.][0-9]{1,40})'
        || '([eE][+-]?[0-9]{1,2})?$'
    )
        then 'is not a number: ' || quote_literal(left(value, 40))
end;
comment on function market._number_fault(text) is
'What is wrong with a text that should be a number; null if nothing is, or it is null.';

-- Example: market._time_fault('2018-02-30') -> is not a date: '2018-02-30'
create or replace function market._time_fault(value text)
returns text
language sql immutable parallel safe
return case
    when value !~ (
        '^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
        || '([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?'
        || '(Z|[+]00(:?00)?)?)?$'
    )
    or substr(value, 9, 2)::integer > extract(day from (
        make_date(substr(value, 1, 4)::integer, substr(value, 6, 2)::integer, 1)
        + interval '1 month - 1 day'
    ))
        then 'is not a date: ' || quote_literal(left(value, 40))
end;
comment on function market._time_fault(text) is
'What is wrong with a text that should be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.';

-- Example: market._staged_time('2018-02-05') -> 2018-02-05 00:00:00+00
-- Stable as the cast is, else it would not be inlined.
create or replace function market._staged_time(value text)
returns timestamptz
language sql stable parallel safe
return left(value, 26)::timestamp at time zone 'UTC';
comment on function market._staged_time(text) is
'A text that _time_fault finds no fault with, as a time in UTC.';

create or replace function market.reject_staged(file text)
returns bigint
language plpgsql volatile
-- Definer: market.rejected_row is written by these functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    added bigint;
begin
    perform market._check_is_staged('staged_fault');
    insert into market.rejected_row (file, line, column_name, reason, raw)
    select reject_staged.file, f.line, f.column_name, f.reason, f.raw
    from pg_temp.staged_fault as f
    where not exists (
        select from market.rejected_row as known
        where known.file = reject_staged.file and known.line = f.line
            and (known.column_name, known.reason, known.raw)
            is not distinct from (f.column_name, f.reason, f.raw)
    )
    order by f.staged_id;
    get diagnostics added = row_count;
    return added;
end
$$;
comment on function market.reject_staged(text) is
'Keeps the faults of a file in market.rejected_row, each once; how many were new.';

revoke all on function
market.stage(text), market._open_staged(text), market._check_is_staged(text),
market.reject_staged(text) from public;
grant execute on function market.stage(text), market.reject_staged(text)
to bellwether_worker;
