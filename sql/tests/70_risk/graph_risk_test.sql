-- What the graph of the desk does to an order: T01, T02 and T03 move together here, the
-- coin has no part in it.
begin;
select plan(9);
\ir ../desk.psql
create function pg_temp.place(symbol text) returns text language sql as $$
    select coalesce(o.reason_code, o.status) from trade.place_order(
        pg_temp.account(), symbol, 'buy', 1, as_of => '2018-01-17 22:00Z'
    ) as o
$$;
create function pg_temp.score(symbol text) returns numeric language sql as $$
    select round(g.score::numeric, 3)
    from risk.graph_score(symbol, null, pg_temp.account()) as g
$$;
-- Prices that move: together, but for the coin.
update market.bar as b
set
    open = m.close, high = m.close, low = m.close, close = m.close,
    known_at = b.known_at - interval '1 microsecond'
from market.instrument as i
cross join generate_series(1, 31) as day
cross join lateral (
    select 101 + case when i.symbol = 'TC-USD' then day % 3 else day * 7 % 5 end as close
) as m
where day = extract(day from b.ts) and b.instrument_id = i.instrument_id and i.symbol in ('T01', 'T02', 'TC-USD');
select is(pg_temp.score('T02'), null, 'of nothing that is held nothing hangs on it');
select pg_temp.trade('T01', 'buy', 10, 101, at => '2018-01-16 22:00Z') \g /dev/null
select pg_temp.trade('TC-USD', 'buy', 10, 101, at => '2018-01-16 23:00Z') \g /dev/null
select pg_temp.trade('T02', 'buy', 1, 101, at => '2018-01-16 22:00Z') \g /dev/null
select cmp_ok(
    api.relate_instruments('2018-01-19', 10), '>', 0, 'what moves together is related'
);
select cmp_ok(pg_temp.score('T02'), '>', 0.4, 'half of the book hangs on T02');
select is(pg_temp.place('T02'), 'ready', 'off: nothing comes of it');
select tenant.set_setting('max_graph_risk', '0.4') \g /dev/null
select tenant.set_setting('graph_risk_mode', '"warn"') \g /dev/null
select is(pg_temp.place('T02'), 'ready', 'warn: it passes');
select is(
    (
        select count(*)::int from agent.event
        where tenant_id = 9001 and type = 'GraphRiskWarning'
    ), 1, 'with a warning'
);
select tenant.set_setting('graph_risk_mode', '"block"') \g /dev/null
select is(pg_temp.place('T02'), 'GRAPH_RISK', 'block: it is refused');
select is(
    (
        select o.status from trade.place_order(
            pg_temp.account(), 'T02', 'sell', 1, as_of => '2018-01-17 22:00Z'
        ) as o
    ), 'ready', 'what lowers exposure passes'
);
insert into risk.score (symbol, score, reason) values ('T02', 0.1, 'looked at by hand');
select is(pg_temp.place('T02'), 'ready', 'a score that was given goes first');

select * from finish();
rollback;
