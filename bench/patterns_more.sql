-- More snapshots for bench/patterns.py, made from those of bench/patterns_data.sql:
-- -v copies=16 gives each made-up instrument so many more with the same bars' times, the
-- same outcomes and features moved by up to 4/32. To compute a million takes ten times as
-- long, and a search cannot tell the difference. As superuser: triggers are put off, and
-- what they would have kept is made at the end.
\set ON_ERROR_STOP on
select setseed(0.24);
set session_replication_role = replica;
set work_mem = '128MB';
set bellwether.tenant = 0;
create temporary table copy as
select i.instrument_id as from_id, format('%sC%s', i.symbol, n) as symbol, i.benchmark_id
from market.instrument as i
cross join generate_series(1, :copies) as n
where i.symbol like 'MADE%' and i.symbol not like 'MADE%C%';
insert into market.instrument (symbol, asset_class, benchmark_id)
select c.symbol, 'equity', c.benchmark_id from copy as c;
alter table copy add column to_id integer;
update copy as c set to_id = i.instrument_id
from market.instrument as i where c.symbol = i.symbol;
analyze copy;
-- The columns are those of the table, whatever they are.
select string_agg(
    case a.attname
        when 'snapshot_id' then 'nextval(pg_get_serial_sequence(''market.snapshot'', ''snapshot_id''))'
        when 'instrument_id' then 'c.to_id'
        when 'features' then
            '(select array_agg(greatest(-127, least(127, round(f.x * 32) + floor(random() * 9) - 4)) / 32 '
            'order by f.place) from unnest(s.features::real[]) with ordinality as f (x, place))::vector'
        else format('s.%I', a.attname)
    end, ', ' order by a.attnum
) as columns
from pg_attribute as a
where a.attrelid = 'market.snapshot'::regclass and a.attnum > 0 and not a.attisdropped \gset
insert into market.snapshot overriding system value
select :columns from market.snapshot as s inner join copy as c on s.instrument_id = c.from_id;
analyze market.snapshot;
insert into market.outcome (
    snapshot_id, horizon, instrument_id, bar_interval, forward_return, max_gain, max_loss,
    volatility, known_at
)
select
    t.snapshot_id, o.horizon, c.to_id, o.bar_interval, o.forward_return, o.max_gain,
    o.max_loss, o.volatility, o.known_at
from copy as c
inner join market.snapshot as t on c.to_id = t.instrument_id
inner join market.snapshot as s
    on c.from_id = s.instrument_id and t.bar_interval = s.bar_interval and t.ts = s.ts
inner join market.outcome as o on s.snapshot_id = o.snapshot_id;
insert into market.base_rate (
    bar_interval, instrument_id, horizon, month, n, wins, total
)
select b.bar_interval, c.to_id, b.horizon, b.month, b.n, b.wins, b.total
from copy as c
inner join market.base_rate as b on c.from_id = b.instrument_id;
select sum(market.pack_snapshots(c.to_id, '1d', array(
    select distinct s.bar_number / 100 from market.snapshot as s where s.instrument_id = c.to_id
))) as blocks from copy as c;
set session_replication_role = origin;
vacuum analyze market.snapshot, market.outcome, market.snapshot_block, market.base_rate;
select count(*) as snapshots from market.snapshot;
