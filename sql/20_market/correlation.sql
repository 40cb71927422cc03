-- How the daily returns of two instruments moved together.
--
-- Example: select * from market.correlation(1, 7, '2018-02-05') -> 0.61 | 60

create or replace function market._changes(
    instrument_id integer, at timestamptz, bars integer
)
returns table (ts timestamptz, change double precision)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        b.ts,
        coalesce(b.adj_close, b.close)
        / nullif(lag(coalesce(b.adj_close, b.close)) over (order by b.ts), 0) - 1
    from (
        select m.ts, m.adj_close, m.close
        from market.bars_known(_changes.instrument_id, '1d', _changes.at) as m
        order by m.ts desc limit _changes.bars + 1
    ) as b;
end;
comment on function market._changes(integer, timestamptz, integer) is
'The last daily returns that were known at a time.';

create or replace function market.correlation(
    one integer, other integer, at timestamptz, bars integer default 60
)
returns table (correlation double precision, days bigint)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        case when count(*) > 2 then corr(a.change, b.change) end, count(*)
    from market._changes(correlation.one, correlation.at, correlation.bars) as a
    inner join market._changes(correlation.other, correlation.at, correlation.bars) as b
        on a.ts = b.ts
    where a.change is not null and b.change is not null;
end;
comment on function market.correlation(integer, integer, timestamptz, integer) is
'The correlation of two instruments'' last daily returns (60) that were known at a '
'time, and of how many days; null for fewer than three.';
