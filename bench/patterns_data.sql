-- Daily bars of made-up instruments for bench/patterns.py and bench/snapshots.py: walks
-- with volatility in clusters, all with the same benchmark. -v instruments= -v bars=
select setseed(0.42);
insert into market.instrument (symbol, asset_class)
select '^GSPC', 'index' where not exists (select from market.instrument where symbol = '^GSPC');
insert into market.instrument (symbol, asset_class)
select format('MADE%s', n), 'equity' from generate_series(1, :instruments) as n
on conflict do nothing;
insert into market.bar (
    instrument_id, ts, open, high, low, close, volume, known_at, source
)
select
    p.instrument_id, p.ts, p.close * exp(p.size * p.a / 4), p.close * exp(p.size * (abs(p.a) / 4 + p.b)),
    p.close / exp(p.size * (abs(p.a) / 4 + p.c)), p.close, 1e6 * exp(p.a / 2), p.ts + interval '21 hours', 'made'
from (
    select
        w.*,
        100 * exp(sum(w.size * w.step) over (partition by w.instrument_id order by w.ts)) as close
    from (
        select
            i.instrument_id, '1990-01-01'::timestamptz + n * interval '1 day' as ts,
            0.01 * exp(sin(n / 37.0) / 2 + cos(n / 211.0 + i.instrument_id) / 2) as size,
            sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) as step,
            random() - 0.5 as a, random() / 2 as b, random() / 2 as c
        from market.instrument as i
        cross join generate_series(1, :bars) as n
        where i.symbol like 'MADE%' or i.symbol = '^GSPC'
    ) as w
) as p;
analyze market.bar;
