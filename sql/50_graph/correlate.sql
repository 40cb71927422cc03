-- How much the instruments of a tenant's graph moved together, from prices.
--
-- Example: select graph.correlate('2018-02-05');   -- pairs written

create or replace function graph.correlate(
    as_of timestamptz default null, bars integer default 60
)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    moment constant timestamptz := market.as_of(correlate.as_of);
    written integer;
begin
    if (correlate.bars between 2 and 2520) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'bars must be between 2 and 2520';
    end if;
    with moved as materialized (
        select i.instrument_id, i.symbol, r.ts, r.change
        from market.instrument as i
        cross join lateral (
            select
                b.ts,
                coalesce(b.adj_close, b.close)
                / nullif(
                    lag(coalesce(b.adj_close, b.close)) over (order by b.ts), 0
                ) - 1 as change
            from (
                select k.ts, k.adj_close, k.close
                from market.bars_known(i.instrument_id, '1d', moment) as k
                order by k.ts desc limit correlate.bars + 1
            ) as b
        ) as r
        where exists (
            select from desk.node as n
            where
                n.tenant_id = public.current_tenant()
                and n.key = 'instrument:' || i.symbol
        ) and r.change is not null
    )
    insert into graph.correlation as c (
        instrument_id, other_id, symbol, other, correlation, bars, as_of
    )
    select
        a.instrument_id, b.instrument_id, a.symbol, b.symbol,
        greatest(-1, least(1, corr(a.change, b.change))), count(*), moment
    from moved as a
    inner join moved as b on a.ts = b.ts and a.instrument_id < b.instrument_id
    group by a.instrument_id, b.instrument_id, a.symbol, b.symbol
    having count(*) > 1 and corr(a.change, b.change) is not null
    on conflict on constraint correlation_pkey do update
        set
            correlation = excluded.correlation, bars = excluded.bars,
            as_of = excluded.as_of;
    get diagnostics written = row_count;
    return written;
end
$$;
comment on function graph.correlate(timestamptz, integer) is
'Correlates the last daily returns of the instruments in the tenant''s graph, pair by '
'pair; returns how many pairs there are.';
