-- Whom an instrument is compared with.

create or replace function market.benchmark_id(instrument_id integer)
returns integer
language sql stable parallel safe
begin atomic
    select coalesce(i.benchmark_id, b.instrument_id)
    from market.instrument as i
    left join market.yardstick as y on y.yardstick = i.asset_class
    left join market.instrument as b
        on b.symbol = y.symbol and b.instrument_id <> i.instrument_id
    where i.instrument_id = benchmark_id.instrument_id;
end;
comment on function market.benchmark_id(integer) is
'What an instrument is measured against; null when it is the yardstick itself.';

create or replace function market.yardstick_id(yardstick text)
returns integer
language sql stable parallel safe
begin atomic
    select i.instrument_id
    from market.yardstick as y
    inner join market.instrument as i on y.symbol = i.symbol
    where y.yardstick = yardstick_id.yardstick;
end;
comment on function market.yardstick_id(text) is 'The instrument that plays a part for the others.';

-- Example: new bars of ^VIX change the snapshots of every instrument, so
-- market.dependents(^VIX's id) -> all of them.
create or replace function market.dependents(instrument_id integer)
returns setof integer
language sql stable parallel safe
begin atomic
    select dependents.instrument_id
    union
    -- From the instrument on: one that nobody is measured against costs nothing.
    select i.instrument_id
    from market.instrument as told
    inner join market.yardstick as y
        on told.symbol = y.symbol and y.yardstick in ('volatility', 'crypto')
    cross join market.instrument as i
    where told.instrument_id = dependents.instrument_id
    union
    select i.instrument_id
    from market.instrument as i
    where i.benchmark_id = dependents.instrument_id
    union
    select i.instrument_id
    from market.instrument as told
    inner join market.yardstick as y on told.symbol = y.symbol
    inner join market.instrument as i
        on y.yardstick = i.asset_class and i.benchmark_id is null
    where told.instrument_id = dependents.instrument_id;
end;
comment on function market.dependents(integer) is
'The instruments whose snapshots read this one''s bars, itself among them.';

create or replace function market.periods_per_year(
    instrument_id integer, bar_interval text
)
returns double precision
-- PL/pgSQL keeps the plan; a SQL function would make it in every calling statement.
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select
            case
                when i.calendar is null
                    then 365 * 86400 / extract(epoch from n.length)
                -- A session of the New York exchange has 6.5 hours.
                else 252 * greatest(1, 6.5 * 3600 / extract(epoch from n.length))
            end
        from market.instrument as i
        inner join market.bar_interval as n
            on n.bar_interval = periods_per_year.bar_interval
        where i.instrument_id = periods_per_year.instrument_id
    );
end
$$;
comment on function market.periods_per_year(integer, text) is
'Bars in a year, for volatilities a year: 365 days without a calendar, else 252 sessions.';
