-- Unadjusted splits are not crashes, and crashes are not splits.
begin;
select plan(12);
insert into market.instrument (symbol, asset_class) values
('SPLIT', 'equity'), ('CRASH', 'equity'), ('ADJUSTED', 'equity'), ('COIN', 'crypto'),
('REVERSE', 'equity');

-- Thirty calm days at 100, then a day that opens at half and trades calmly (as AAPL on
-- 2005-02-28), or that opens at half on seven times the turnover (as AAPL on 2000-09-29).
create function pg_temp.days(symbol text, level float8, units float8, adjusted boolean)
returns void language sql as $$
    insert into market.bar (
        instrument_id, ts, open, high, low, close, volume, adj_close, known_at
    )
    select
        i.instrument_id, d.day, d.open, greatest(d.open, d.close) * 1.01,
        least(d.open, d.close) * 0.99, d.close, d.volume,
        case when adjusted then d.close / case when d.n > 30 then 1 else 1 / level end end,
        d.day + interval '1 day'
    from market.instrument as i
    cross join (
        select
            n, '2020-01-01'::timestamptz + n * interval '1 day' as day,
            100 * case when n > 30 then level else 1 end as open,
            100 * case when n > 30 then level else 1 end * (1 + 0.01 * sin(n)) as close,
            1000 * (1 + 0.2 * sin(3 * n)) * case when n > 30 then units else 1 end as volume
        from generate_series(1, 60) as n
    ) as d
    where i.symbol = days.symbol
$$;
\o /dev/null
select pg_temp.days('SPLIT', 0.5, 2, false);
select pg_temp.days('REVERSE', 10, 0.1, false);
select pg_temp.days('CRASH', 0.5, 14, false);
select pg_temp.days('COIN', 0.5, 2, false);
select pg_temp.days('ADJUSTED', 0.5, 14, true);
select market.compute_snapshots(i.instrument_id) from market.instrument as i
where i.symbol in ('SPLIT', 'CRASH', 'ADJUSTED', 'COIN', 'REVERSE');
\o
create temporary view day as
select i.symbol, s.* from market.snapshot as s inner join market.instrument as i using (instrument_id);

select results_eq(
    $$select symbol, bar_number from day where split_suspected order by symbol$$,
    $$values ('ADJUSTED', 31), ('REVERSE', 31), ('SPLIT', 31)$$,
    'splits are recognised, and crashes and coins are not'
);
select cmp_ok(
    (select abs(return_1) from day where symbol = 'SPLIT' and bar_number = 31), '<', 0.03::float8,
    'a split is no loss'
);
select cmp_ok(
    (select abs(return_1) from day where symbol = 'REVERSE' and bar_number = 31), '<', 0.03::float8,
    'a reverse split is no gain'
);
select cmp_ok(
    (select return_1 from day where symbol = 'CRASH' and bar_number = 31), '<', -0.48::float8,
    'a crash is one'
);
select cmp_ok(
    (select return_1 from day where symbol = 'COIN' and bar_number = 31), '<', -0.48::float8,
    'a coin that halves has lost half'
);
select cmp_ok(
    (select abs(return_1) from day where symbol = 'ADJUSTED' and bar_number = 31), '<', 0.03::float8,
    'the adjusted close tells a split on any turnover'
);
select is(
    (select close from day where symbol = 'SPLIT' and bar_number = 31),
    (select b.close from market.bar as b inner join market.instrument as i using (instrument_id)
        where i.symbol = 'SPLIT' and b.ts = '2020-02-01'), 'the close told is the one stored'
);
select cmp_ok(
    (select drawdown_252 from day where symbol = 'SPLIT' and bar_number = 60), '>', -0.05::float8,
    'a split is no drawdown'
);
select cmp_ok(
    (select abs(volume_zscore) from day where symbol = 'SPLIT' and bar_number = 35), '<', 3::float8,
    'nor heavy volume'
);
select cmp_ok(
    (
        select min(o.forward_return) from market.outcome as o inner join day as d using (snapshot_id)
        where d.symbol = 'SPLIT'
    ), '>', -0.05::float8, 'nor does it follow anything'
);
select cmp_ok(
    (
        select min(o.max_loss) from market.outcome as o inner join day as d using (snapshot_id)
        where d.symbol = 'CRASH'
    ), '<', -0.48::float8, 'a crash does'
);
select is(
    (select count(*) from day where symbol = 'SPLIT' and bar_number <= 30 and split_suspected),
    0::bigint, 'the days before know nothing of it'
);
select * from finish();
rollback;
