-- CALL of procedures that people write: functions in the graph's schema
\set VERBOSITY terse
\pset tuples_only on
\pset format unaligned
select create_graph('desk');
create function desk."sales.of"(symbol text, since date) returns table(day date, amount bigint, share float8)
    language sql stable as $$ select since + i, i * 10, i / 4.0::float8 from generate_series(1, 2) as i where symbol is not null $$;
create function desk.twice(x numeric) returns numeric language sql immutable as 'select x * 2';
create function desk.facts(wanted jsonb) returns setof jsonb language sql as 'select wanted union all select ''[1, null]''';
create table desk.log (note text);
create function desk.note(note text) returns void language sql as 'insert into desk.log values (note)';

select cypher('desk', 'CALL sales.of(''XOM'', date(''2024-02-28''))');
select cypher('desk', 'UNWIND [1, 2.5, null] AS i CALL twice(i) YIELD value AS v RETURN v, v * 2 AS w');
select cypher('desk', 'CALL sales.of($symbol, date(''2024-01-01'')) YIELD day, amount WHERE amount > 10 RETURN day.year AS year, amount', '{"symbol": "XOM"}');
select cypher('desk', 'CALL facts({a: 1}) YIELD value RETURN value');
-- parameters of the same names
select cypher('desk', 'CALL twice', '{"x": 4}');
select cypher('desk', 'CALL twice');
-- without result: rows stay as they are
select cypher('desk', 'UNWIND [''a'', ''b''] AS n CALL note(n) RETURN n');
select cypher('desk', 'CALL note(''alone'')');
select note from desk.log;
-- refused at compile time
select cypher('desk', 'CALL twice(''a'')');
select cypher('desk', 'CALL twice($x)', '{"x": true}');
select cypher('desk', 'CALL twice(1, 2)');
select cypher('desk', 'CALL twice(1) YIELD nothing RETURN nothing');
select cypher('desk', 'CALL twice(1) RETURN value');
select cypher('desk', 'UNWIND [1] AS value CALL twice(1) YIELD value RETURN value');
select cypher('desk', 'CALL nobody(1)');
create function desk.strange(x point) returns int language sql as 'select 1';
select cypher('desk', 'CALL strange(1)');
create function desk.twice(x text) returns text language sql as 'select x';
select cypher('desk', 'CALL twice(1) YIELD value RETURN value');
drop function desk.twice(text);
-- a compiled query is compiled again when the function has changed
create function desk.now(x bigint) returns bigint language sql as 'select x';
select cypher('desk', 'CALL now(1) YIELD value RETURN value');
drop function desk.now;
select cypher('desk', 'CALL now(1) YIELD value RETURN value');
create function desk.now(x float8) returns text language sql as 'select x::text || ''!''';
select cypher('desk', 'CALL now(1) YIELD value RETURN value');
-- the rights of the caller
create role cypher_procedure_user;
grant usage on schema desk to cypher_procedure_user;
grant select on desk.node, desk.edge to cypher_procedure_user;
revoke execute on function desk.now from public;
set role cypher_procedure_user;
select cypher('desk', 'CALL now(1) YIELD value RETURN value');
select cypher('desk', 'CALL note(''secret'')');
reset role;

-- answers from rows
select graph_procedure('desk', 'code.of(city :: STRING?, level :: INTEGER?) :: (code :: INTEGER?, more :: MAP?)',
    '{"columns": ["city", "level", "code", "more"], "rows": [["Oslo", 1, 47, {"a": 1}], ["Bern", 1, 41, null], [null, 1, 0, null]]}');
select cypher('desk', 'CALL code.of(''Oslo'', 1)');
select cypher('desk', 'UNWIND [''Bern'', null, ''Rome''] AS c CALL code.of(c, 1) YIELD code AS n RETURN c, n');
select graph_procedure('desk', 'nothing() :: ()', '{"columns": [], "rows": []}');
select cypher('desk', 'CALL nothing()');
select graph_procedure('desk', 'nothing', '{}');
select graph_procedure('desk', 'f(a :: STRING?) :: (b :: STRING?)', '{"columns": ["a"], "rows": []}');
select graph_procedure('desk', 'f() :: ()', '[]');
drop owned by cypher_procedure_user;
drop role cypher_procedure_user;
set client_min_messages = warning;
drop schema desk cascade;
