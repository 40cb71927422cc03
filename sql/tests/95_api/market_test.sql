-- What people may see of the market, and what they may not touch.
begin;
select plan(16);
\ir ../roles.psql
\ir ../demo_snapshots.psql
set local bellwether.tenant = 1;

-- Everything public says what it is.
select is(
    (
        select string_agg(p.oid::regprocedure::text, ', ') from pg_proc as p
        where
            p.pronamespace in ('market'::regnamespace, 'memory'::regnamespace, 'api'::regnamespace)
            and obj_description(p.oid, 'pg_proc') is null
    ), null, 'every function of market, memory and api has a comment'
);
select is(
    (
        select string_agg(c.oid::regclass::text, ', ') from pg_class as c
        where
            c.relnamespace in ('market'::regnamespace, 'memory'::regnamespace, 'api'::regnamespace)
            and c.relkind in ('r', 'v', 'p', 'm') and obj_description(c.oid, 'pg_class') is null
    ), null, 'every table and view, too'
);
select is(
    (
        select string_agg(n.nspname, ', ') from pg_namespace as n
        where n.nspname in ('market', 'memory', 'api') and obj_description(n.oid, 'pg_namespace') is null
    ), null, 'every schema, too'
);
select is(
    (
        select string_agg(t.typname, ', ') from pg_type as t
        inner join pg_class as c on t.typrelid = c.oid and c.relkind = 'c'
        where
            t.typnamespace in ('market'::regnamespace, 'memory'::regnamespace)
            and obj_description(t.oid, 'pg_type') is null and obj_description(c.oid, 'pg_class') is null
    ), null, 'every type, too'
);
select is(
    (
        select string_agg(d.attname, ', ') from pg_attribute as d
        where
            d.attrelid = 'market.outcome'::regclass and d.attnum > 0
            and d.attname in ('horizon', 'forward_return', 'max_gain', 'max_loss', 'volatility', 'known_at')
            and col_description(d.attrelid, d.attnum) is null
    ), null, 'numbers of outcomes say their unit'
);
select isnt(
    col_description('api.snapshots'::regclass, (
        select attnum from pg_attribute where attrelid = 'api.snapshots'::regclass and attname = 'rsi_14'
    )), null, 'views repeat what the tables say'
);

-- Everything of the table is in the view.
select is(
    (
        select string_agg(t.attname, ', ') from pg_attribute as t
        where
            t.attrelid = 'market.snapshot'::regclass and t.attnum > 0 and not t.attisdropped
            and t.attname <> 'instrument_id'
            and not exists (
                select from pg_attribute as v
                where v.attrelid = 'api.snapshots'::regclass and v.attname = t.attname
            )
    ), null, 'api.snapshots shows every field'
);

set local role bellwether_analyst;
select cmp_ok((select count(*) from api.snapshots), '>', 8000::bigint, 'analysts read snapshots');
select cmp_ok((select count(*) from api.outcomes), '>', 20000::bigint, 'and outcomes');
select cmp_ok(
    (select count(*) from api.bars where source = 'demo'), '=', 24051::bigint, 'and bars'
);
select cmp_ok((select count(*) from api.sessions), '>', 3000::bigint, 'and sessions');
select results_eq(
    $$select benchmark, first_ts::date, last_ts::date from api.instruments where symbol in ('AAPL', 'BTC-USD', '^GSPC') order by symbol collate "C"$$,
    $$values ('^GSPC', date '2013-01-02', date '2023-09-21'), (null, '2014-11-28', '2020-01-17'), (null, '2013-01-02', '2018-12-31')$$,
    'and instruments, with benchmark and span'
);
select lives_ok('select count(*) from api.embeddings', 'and what is embedded');
select throws_ok('select count(*) from market.bar', '42501', null, 'but not the tables');
select throws_ok('select market.compute_snapshots(1)', '42501', null, 'nor may they compute');
select throws_ok('delete from api.sessions', '42501', null, 'nor delete');
reset role;
select * from finish();
rollback;
