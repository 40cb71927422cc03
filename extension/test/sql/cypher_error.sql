-- errors: kind, detail, SQLSTATE, place; and input that means harm
\pset tuples_only on
\pset format unaligned
select create_graph('errors');

\set VERBOSITY default
select cypher('errors', E'MATCH (n)\nRETURN n.x + missing');
select cypher('errors', 'RETURN');
\set VERBOSITY terse
create function pg_temp.fails(query text, params jsonb default '{}') returns text
    language plpgsql as $$
begin
    perform cypher('errors', query, params);
    return 'no error';
exception when others then
    return sqlstate || ' ' || left(sqlerrm, 150);
end
$$;
select pg_temp.fails(q) from unnest(array[
    'RETURN foo', 'RETURN 1 AS a, 2 AS a', 'MATCH (n) RETURN count(count(n))',
    'MATCH (n) WHERE count(n) > 1 RETURN n', 'MATCH (r)-[r]->() RETURN r',
    'MATCH (a) CREATE (a)', 'CREATE (a)-[:A|B]->(b)', 'CREATE (a)-[:A]-(b)',
    'CREATE ()-[:A*2]->()', 'RETURN unknown(1)', 'RETURN substring(1)',
    'RETURN 9223372036854775808', 'RETURN 0x', 'RETURN 1e999', 'RETURN ''abc',
    'RETURN ''\uD800''', 'RETURN ''\u12''', 'RETURN 1 AND true', 'RETURN 1 + true',
    'RETURN [1, 2][''a'']', 'RETURN {a: 1}[1]', 'RETURN 9223372036854775807 + 1',
    'RETURN 1 / 0', 'RETURN toInteger([])', 'RETURN range(1, 2, 0)', 'RETURN $missing',
    'MATCH (n) RETURN n LIMIT -1', 'MATCH (n) RETURN n LIMIT n.x', 'RETURN 1 LIMIT 1.5',
    'UNWIND [1] AS x', 'MATCH (n)', 'RETURN 1 UNION RETURN 2 AS x',
    'RETURN 1 AS x UNION ALL RETURN 1 AS x UNION RETURN 1 AS x', 'MATCH (n) DELETE n:Label',
    'MATCH (n) RETURN n.a, n.b + count(*)', 'MATCH (n {a: 1} RETURN n', 'WITH 1 RETURN 1',
    'RETURN *', 'CALL no.such()', 'MATCH (n) WHERE n = $p RETURN n; RETURN 1',
    'MATCH (n) RETURN (n)-->()', 'RETURN 1 /* open', 'RETURN "a" =~ "("',
    'MATCH (n) WHERE (n)-->(m) RETURN n', 'MATCH (n) RETURN [(n)-->(m) WHERE (m)-->(k) | m]']) as q;

-- harm: refused, or done, but never a crash
select left(pg_temp.fails('RETURN ' || repeat('(', 100000) || '1'), 60);
select left(pg_temp.fails('RETURN ' || repeat('[', 100000)), 60);
select left(pg_temp.fails('RETURN ' || repeat('{a:', 100000)), 60);
select left(pg_temp.fails('RETURN ' || repeat('NOT ', 100000) || 'true'), 60);
select left(pg_temp.fails('RETURN ' || repeat('-', 100001) || 'x'), 60);
select left(pg_temp.fails('RETURN 1' || repeat(' + 1', 100000) || ' AS x'), 60);
select left(pg_temp.fails('RETURN 1' || repeat(' + 1', 2500000) || ' AS x'), 60);
select cypher('errors', 'RETURN 1' || repeat(' + 1', 1000) || ' AS x');
select left(pg_temp.fails('MATCH (a)' || repeat('-->()', 5000) || ' RETURN a'), 60);
select left(pg_temp.fails('RETURN x' || repeat('.a', 100000)), 60);
select left(pg_temp.fails('RETURN ' || repeat('[x IN ', 20000)), 60);
select left(pg_temp.fails('RETURN ''' || repeat('x', 10000000) || ''' AS x'), 60);
select cypher('errors', 'RETURN size([' || repeat('1, ', 99999) || '1]) AS n');
select cypher('errors', 'RETURN size($list) AS n', jsonb_build_object('list', (select jsonb_agg(i) from generate_series(1, 100000) i)));
select cypher('errors', 'RETURN reduce(s = 0, x IN range(1, 20000) | s + x) AS s');
select pg_temp.fails('RETURN range(1, 9223372036854775807)');
select pg_temp.fails('RETURN $x', '[1]');
select pg_temp.fails(null);
select pg_temp.fails('RETURN $x.y AS x', '{"x": {"@date": "nonsense"}}');
select pg_temp.fails('MATCH (n) WHERE n.`a''b"c\` = ''x'' RETURN n.`$1; drop table x` AS `y''"`');
select cypher('errors', 'CREATE (n:`L''"\` {`a''b"c\`: 1})-[:`T''`]->() RETURN n:`L''"\` AS l, n.`a''b"c\` AS p');

-- what a chain of clauses doubles is computed once; what chains in chains double is refused
select cypher('errors', 'WITH $p AS a ' || repeat('WITH a + a AS a ', 40) || 'RETURN a', '{"p": 1}');
select left(pg_temp.fails('RETURN ' || repeat('1 < (', 40) || '1' || repeat(') < 2', 40)), 60);
set cypher.max_memory = '64MB';
select pg_temp.fails('UNWIND range(1, 5000) AS x UNWIND range(1, 5000) AS y RETURN size(collect([x, y]))');
-- copies that PostgreSQL makes count as well
select pg_temp.fails('RETURN size([x IN range(1, 3000) | range(1, 3000)])');
select pg_temp.fails('WITH range(1, 3000) AS l UNWIND range(1, 3000) AS x RETURN size(collect(l))');
reset cypher.max_memory;

-- a pattern over a hub stops when told
select cypher('errors', 'CREATE (h:Hub) WITH h UNWIND range(1, 60) AS i CREATE (h)-[:R]->(:Leaf)-[:R]->(h)');
set statement_timeout = '300ms';
select pg_temp.fails('MATCH (h:Hub)-[*]->(x) RETURN count(*)');
reset statement_timeout;
select drop_graph('errors');
