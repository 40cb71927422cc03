-- A strategy document becomes one SELECT, without a word of the document's in it; what
-- is not on the lists is refused with its SQLSTATE.
begin;
select plan(37);
create function pg_temp.entry(condition text, indicators text default '{}')
returns jsonb language sql as $$
    select jsonb_build_object(
        'entry', condition::jsonb, 'indicators', indicators::jsonb,
        'parameters', '{"n": 10, "zero": 0}'::jsonb
    )
$$;
create function pg_temp.compiled(condition text, indicators text default '{}')
returns text language sql as $$
    select strategy.compile(pg_temp.entry(condition, indicators))
$$;

-- Every indicator of the list is an aggregate of the extension, and compiles.
select is(
    (
        select string_agg(i.indicator, ', ') from strategy.indicator as i
        where not exists (
            select from pg_proc as p
            where
                p.pronamespace = 'public'::regnamespace and p.prokind = 'a'
                and p.proname = i.indicator
                and p.pronargs = cardinality(i.bars) + cardinality(i.inputs) + cardinality(i.parameters)
        )
    ), null, 'each indicator is an aggregate with as many arguments'
);
select is(
    (
        select count(pg_temp.compiled(
            format('[">", "it%s", 0]', '.' || i.outputs[1]),
            format('{"it": {"indicator": "%s"%s}}', i.indicator,
                case when 'y' = any(i.inputs) then ', "y": "volume"' else '' end)
        )) from strategy.indicator as i
    ), (select count(*) from strategy.indicator), 'each compiles with its defaults'
);
select is(
    (
        select string_agg(i.indicator, ', ') from strategy.indicator as i
        inner join pg_proc as p
            on p.pronamespace = 'public'::regnamespace and p.proname = i.indicator and p.prokind = 'a'
            and p.pronargs = cardinality(i.bars) + cardinality(i.inputs) + cardinality(i.parameters)
        inner join pg_type as t on p.prorettype = t.oid
        left join lateral (
            select array_agg(a.attname::text order by a.attnum) as names
            from pg_attribute as a where a.attrelid = t.typrelid and a.attnum > 0
        ) as f on true
        where coalesce(f.names, '{}') <> i.outputs
    ), null, 'the fields on the list are those of the aggregates'
);

-- What comes out.
select matches(
    pg_temp.compiled('["<", "r", 30]', '{"r": {"indicator": "rsi", "n": "$n"}}'),
    'public\.rsi\(close, 10\) over series as c1', 'a parameter is a number in the SQL'
);
select doesnt_match(
    pg_temp.compiled(
        '["<", "drop_table_users", 30]', '{"drop_table_users": {"indicator": "rsi"}}'
    ), 'drop', 'the document''s names are not'
);
select is(
    (
        select count(*) from regexp_matches(pg_temp.compiled(
            '["and", [">", "a", "b"], ["<", "b", "c"]]',
            '{"a": {"indicator": "sma", "n": 5}, "b": {"indicator": "sma", "n": 9}, "c": {"indicator": "sma", "n": 5}}'
        ), 'public\.sma', 'g')
    ), 2::bigint, 'equal columns are computed once'
);
select matches(
    pg_temp.compiled(
        '[">", "smooth", 0]',
        '{"smooth": {"indicator": "ema", "n": 9, "x": "m.histogram"}, "m": {"indicator": "macd"}}'
    ), 'step_2 as', 'an indicator may read another'
);

-- Refusals.
select throws_ok(
    $$select pg_temp.compiled('[">", "a", 0]', '{"a": {"indicator": "crystal_ball"}}')$$,
    'BW331', 'indicators.a: there is no indicator ''crystal_ball''', 'an unknown indicator'
);
select throws_ok(
    $$select pg_temp.compiled('true', '{"a": {"indicator": "crystal_ball"}}')$$,
    'BW331', null, 'also one that no condition reads'
);
select throws_ok(
    $$select pg_temp.compiled('["exec", "close", 0]')$$, 'BW332', 'entry: there is no operator exec',
    'an unknown operator'
);
select throws_ok(
    $$select pg_temp.compiled(repeat('["not", ', 200) || 'true' || repeat(']', 200))$$, 'BW333', null,
    '200 levels of nesting'
);
select throws_ok(
    $$select pg_temp.compiled('[">", "a", 0]', '{"a": {"indicator": "sma", "x": "b"}, "b": {"indicator": "sma", "x": "a"}}')$$,
    'BW333', null, 'indicators that read each other'
);
select throws_ok(
    $$select pg_temp.compiled('["and"' || repeat(', true', 2500) || ']')$$, 'BW330', null,
    'too many arguments'
);
select throws_ok(
    $$select pg_temp.compiled('["and"' || repeat(', ["and"' || repeat(', true', 90) || ']', 90) || ']')$$,
    'BW334', null, 'too many nodes'
);
select throws_ok(
    $$select pg_temp.compiled('[">", ["/", "close", 0], 1]')$$, 'BW335', 'entry[1]: division by zero',
    'a division by zero'
);
select throws_ok(
    $$select pg_temp.compiled('[">", ["/", "close", ["-", 5, 5]], 1]')$$, 'BW335', null,
    'also one that has to be worked out'
);
select throws_ok(
    $$select pg_temp.compiled('[">", ["/", 1, "$zero"], 1]')$$, 'BW335', null, 'or is a parameter'
);
select throws_ok(
    $$select pg_temp.compiled('[">", "closing", 0]')$$, 'BW336', 'entry[1]: there is no ''closing''',
    'an unknown name'
);
select throws_ok(
    $$select pg_temp.compiled('[">", "snapshot.snapshot_id", 0]')$$, 'BW336', null,
    'a column that is no field'
);
select throws_ok(
    $$select pg_temp.compiled('[">", "close; drop table market.bar", 0]')$$, 'BW336', null,
    'a name that is a statement'
);
select throws_ok(
    $$select pg_temp.compiled('["is", "snapshot.regime", "x'') or true --"]')$$, 'BW330', null,
    'a state that is a statement'
);
select throws_ok(
    $$select pg_temp.compiled('[">", "$m", 0]')$$, 'BW336', null, 'an unknown parameter'
);
select throws_ok(
    $$select pg_temp.compiled('["and", "close", true]')$$, 'BW337', null, 'a number for a condition'
);
select throws_ok(
    $$select pg_temp.compiled('"close"')$$, 'BW337', 'entry is a number, not a condition',
    'a number for the entry'
);
select throws_ok(
    $$select pg_temp.compiled('[">", "a", 0]', '{"a": {"indicator": "sma", "n": 2.5}}')$$, 'BW338', null,
    'half a bar'
);
select throws_ok(
    $$select pg_temp.compiled('[">", "a", 0]', '{"a": {"indicator": "sma", "m": 2}}')$$, 'BW338', null,
    'a parameter that it does not have'
);
select throws_ok(
    $$select pg_temp.compiled('[">", ["lag", "close", 0], 0]')$$, 'BW338', null, 'a lag of nothing'
);
select throws_ok(
    $$select pg_temp.compiled('[">", ["lag", "close", -1], 0]')$$, 'BW338', null, 'a look ahead'
);
select throws_ok(
    $$select pg_temp.compiled('[">", "m", 0]', '{"m": {"indicator": "macd"}}')$$, 'BW336', null,
    'an indicator of several fields without one'
);
select throws_ok(
    $$select pg_temp.compiled('[">", 1e300, 0]')$$, 'BW330', null, 'a number that is too large'
);
select throws_ok($$select strategy.compile('{}')$$, 'BW330', 'the document has no entry', 'no entry');
select throws_ok(
    $$select strategy.compile('{"entry": true, "exits": true}')$$, 'BW330',
    'the document has no ''exits''', 'a key that is not there'
);
select throws_ok(
    $$select strategy.compile('{"entry": true, "side": "sideways"}')$$, 'BW330', null, 'a bad side'
);
select throws_ok(
    $$select strategy.compile('{"entry": true, "interval": "7d"}')$$, 'BW318', null, 'a bad interval'
);
select throws_ok('select strategy.compile(null)', 'BW330', null, 'nothing');
select throws_ok($$select strategy.compile('[1]')$$, 'BW330', null, 'a list');
select throws_ok(
    $$select strategy.compile(jsonb_build_object('entry', true, 'name', repeat('x', 70000)))$$, 'BW334',
    null, 'a document that is too large'
);
select * from finish();
rollback;
