-- The view of all days and the look back to one: the same figures, whatever was traded
-- and however late the market told, or corrected, what it had said.
begin;
select plan(4);
\ir ../desk.psql

-- Four instruments, some of whose bars came days late, or are corrected again and again.
select setseed(0.17) \g /dev/null
update market.bar as b set known_at = b.known_at + make_interval(days => late.days)
from (
    select r.instrument_id, r.ts, floor(random() * 4)::int as days
    from (
        select b.instrument_id, b.ts from market.bar as b
        inner join market.instrument as i using (instrument_id)
        where i.symbol in ('T02', 'T04') order by b.instrument_id, b.ts
    ) as r
) as late
where b.instrument_id = late.instrument_id and b.ts = late.ts;
alter table market.bar disable trigger _100_bar_corrected;
do $$
begin
    for round in 1..3 loop
        update market.bar as b
        set
            close = b.close + 0.25 * round,
            known_at = b.known_at + make_interval(hours => later.hours)
        from (
            select r.instrument_id, r.ts, 1 + floor(random() * 60)::int as hours
            from (
                select b.instrument_id, b.ts from market.bar as b
                inner join market.instrument as i using (instrument_id)
                where i.symbol in ('T02', 'T03', 'TC-USD')
                order by b.instrument_id, b.ts
            ) as r
            where random() < 0.4
        ) as later
        where b.instrument_id = later.instrument_id and b.ts = later.ts;
    end loop;
end
$$;
alter table market.bar enable trigger _100_bar_corrected;
select cmp_ok(
    (select count(*)::int from market.bar_version), '>', 15, 'many bars were corrected'
);

-- Long and short, through zero, in two accounts of two tenants; some before any bar.
select tenant.set_setting(name, value::jsonb) from (values
    ('max_gross_fraction', '4'), ('max_net_fraction', '4'), ('max_leverage', '4'),
    ('max_position_fraction', '1'), ('max_sector_fraction', '1'),
    ('max_missing_bars', '1000'), ('max_price_age_days', '30')
) as s (name, value) \g /dev/null
do $$
declare
    at timestamptz;
    placed trade.orders;
begin
    for n in 1..80 loop
        at := timestamptz '2018-01-03 23:30Z' + n / 6 * interval '1 day'
            + random() * interval '20 hours';
        placed := trade.place_order(
            pg_temp.account(),
            (array['T01', 'T02', 'T03', 'TC-USD'])[ceil(4 * random())],
            case when random() < 0.6 then 'buy' else 'sell' end,
            (1 + floor(random() * 20))::numeric, as_of => at
        );
        continue when placed.status = 'refused';
        perform trade.begin_submit(placed.order_id);
        perform trade.record_submit(placed.order_id, 'acked', 'b' || placed.order_id);
        perform trade.record_fill(
            placed.order_id, 'f' || placed.order_id, placed.quantity,
            round((95 + 20 * random())::numeric, 2), round(random()::numeric, 2), at
        );
        if n % 20 = 0 then
            perform trade.deposit(pg_temp.account(), 100 * n, at, key => 'd' || n);
        end if;
    end loop;
end
$$;
select cmp_ok(
    (select count(*)::int from trade.fill), '>', 50, 'and much was traded'
);
select is_empty(
    $$select v.* from trade.equity as v
    cross join lateral trade.equity_at(
        v.account_id, (v.day + 1)::timestamp at time zone 'UTC' - interval '1 us'
    ) as e
    where (v.cash, v.positions_value, v.equity) is distinct
    from (e.cash, e.positions_value, e.equity)$$,
    'each day is worth what a look back to its end says'
);
select set_eq(
    'select day from trade.equity',
    $$select distinct (b.ts at time zone 'UTC')::date
    from market.bar as b
    where b.instrument_id in (select f.instrument_id from trade.fill as f)
    and b.ts >= (
        select date_trunc('day', min(f.filled_at), 'UTC') from trade.fill as f
    ) - interval '1 day'$$,
    'a row for each day with a bar of what was ever held, from the day before'
);

select * from finish();
rollback;
