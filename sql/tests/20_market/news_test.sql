-- News: strangers' words, loaded as rows are, known as of a time.
begin;
select plan(13);
\ir ../roles.psql

insert into market.instrument (symbol, asset_class) values ('T.A', 'equity');
set local role bellwether_worker;
select lives_ok($$select market.stage('news')$$, 'news may be staged');
insert into pg_temp.staged_news (line, published_at, symbol, title, source, sentiment, url)
values
(2, '2018-02-01T21:30:00Z', 'T.A', 'Profits up', 'Wire', '0.4', 'https://example.org/1'),
(3, '2018-02-02T09:00:00Z', 'T.A', E'Two\nlines', null, null, null),
(4, '2018-02-02T09:00:00Z', 'T.B', 'Unknown', 'Wire', null, null),
(5, '2018-13-02', 'T.A', '', 'Wire', 'good', 'javascript:alert(1)'),
(6, '2018-02-02', 'T.A', 'Too sure', 'Wire', '1.5', null),
(7, '2018-02-01T21:30:00Z', 'T.A', 'Profits up', 'Wire', '0.4', null);
select is(market.check_staged_news(), 7::bigint, 'every fault is found');
select results_eq(
    'select line, column_name from pg_temp.staged_fault order by line, column_name',
    $$values (4, 'symbol'), (5, 'published_at'), (5, 'sentiment'), (5, 'title'),
    (5, 'url'), (6, 'sentiment'), (7, 'symbol')$$,
    'with line and column'
);
select results_eq(
    'select * from market.load_staged_news()',
    'values (2::bigint, 0::bigint, 0::bigint)', 'the others are stored'
);

select market.stage('news') \g /dev/null
insert into pg_temp.staged_news (line, published_at, symbol, title, source, sentiment, url)
values (2, '2018-02-01T21:30:00Z', 'T.A', 'Profits up', 'Wire', '0.4', 'https://example.org/1');
select is(market.check_staged_news(), 0::bigint, 'a line may come again');
select results_eq(
    'select * from market.load_staged_news()',
    'values (0::bigint, 1::bigint, 0::bigint)', 'and changes nothing'
);

select market.stage('news') \g /dev/null
insert into pg_temp.staged_news (line, published_at, symbol, title, source, sentiment, url)
values (2, '2018-02-01T21:30:00Z', 'T.A', 'Profits up', 'Wire', '-0.2', 'https://example.org/1');
select is(market.check_staged_news(), 1::bigint, 'one that differs is refused');
select is(
    (select reason from pg_temp.staged_fault), 'differs from what is stored: 0.4',
    'and it is said how'
);
select market.stage('news') \g /dev/null
insert into pg_temp.staged_news (line, published_at, symbol, title, source, sentiment, url)
values (2, '2018-02-01T21:30:00Z', 'T.A', 'Profits up', 'Wire', '-0.2', 'https://example.org/1');
select is(market.check_staged_news(true), 0::bigint, 'unless it is a correction');
select results_eq(
    'select * from market.load_staged_news(true)',
    'values (0::bigint, 0::bigint, 1::bigint)', 'which takes its place'
);
reset role;

select results_eq(
    $$select n.title, n.sentiment
    from market.instrument as i, market.news_known(
        i.instrument_id, '2018-02-02 12:00Z', '3 days', 5
    ) as n where i.symbol = 'T.A'$$,
    $$values ('Two lines', null::float8), ('Profits up', 0.4)$$,
    'newest first, one line each, as it was known then'
);
select is(
    (
        select n.sentiment from market.instrument as i, market.news_known(
            i.instrument_id, clock_timestamp() + interval '1 second', '100 years', 5
        ) as n
        where i.symbol = 'T.A' and n.title = 'Profits up'
    ), -0.2::float8, 'a correction is known from its arrival'
);
select is(
    (
        select count(*)::int from market.instrument as i, market.news_known(
            i.instrument_id, '2018-02-01 21:00Z', '3 days', 5
        ) as n where i.symbol = 'T.A'
    ), 0, 'nobody reads tomorrow''s paper'
);
select * from finish();
rollback;
