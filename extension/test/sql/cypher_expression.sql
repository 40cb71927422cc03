-- Cypher's expressions: values, three-valued logic, lists, maps, grouping
\set VERBOSITY terse
\pset tuples_only on
\pset format unaligned
select create_graph('words');

-- integers and floats stay apart
select cypher('words', 'RETURN 1 AS a, 1.0 AS b, 7 / 2 AS c, 7 / 2.0 AS d, 2 ^ 3 AS e, 7 % 4 AS f, 1e20 AS g');
select cypher('words', 'RETURN 1 = 1.0 AS equal, 0.0 / 0.0 AS nan, 0.0 / 0.0 = 0.0 / 0.0 AS nan_equal, -1 / 0.0 AS least');
select cypher('words', 'RETURN 0x1F AS hex, 0o17 AS octal, -9223372036854775808 AS least, .5 AS half');
select cypher('words', 'RETURN ''a\u00e9\uD83D\uDE00\n'' AS escapes, "it''s" AS quote');

-- null is unknown
select cypher('words', 'RETURN null = null AS a, null IS NULL AS b, true OR null AS c, false AND null AS d, NOT null AS e, true XOR null AS f');
select cypher('words', 'RETURN 1 IN [1, null] AS a, 2 IN [1, null] AS b, [1, null] = [1, 2] AS c, [1, null] = [2, null] AS d, 3 IN [] AS e');
select cypher('words', 'RETURN 1 < 2 <= 2 AS chain, 1 < ''a'' AS different, [1, 2] < [1, 3] AS lists');
select cypher('words', 'RETURN any(x IN [1, null] WHERE x = 1) AS a, all(x IN [1, null] WHERE x = 1) AS b, none(x IN [null] WHERE x = 1) AS c, single(x IN [1, 2] WHERE x = 1) AS d, all(x IN null WHERE x) AS e');

-- lists and maps
select cypher('words', 'WITH [1, 2, 3, 4] AS l RETURN l[0] AS first, l[-1] AS last, l[9] AS none, l[1..3] AS middle, l[..-1] AS front, l + 5 AS more, size(l) AS n');
select cypher('words', 'RETURN [x IN range(1, 6) WHERE x % 2 = 0 | x * x] AS squares, reduce(sum = 0, x IN [1, 2, 3] | sum + x) AS sum, [x IN null | x] AS none');
select cypher('words', 'WITH {a: 1, b: {c: [1, 2]}} AS m RETURN m.a AS a, m[''b''].c[1] AS c, m.z AS z, keys(m) AS keys, m {.a, d: 4} AS projected, m {.*, a: 2} AS changed');
select cypher('words', 'UNWIND [[1, 2], [], null, [3]] AS l UNWIND l AS x RETURN x');
select cypher('words', 'RETURN CASE 2 WHEN 1 THEN ''one'' WHEN 2 THEN ''two'' END AS simple, CASE WHEN false THEN 1 ELSE 2 END AS searched, coalesce(null, null, 3, 4, 5, 6, 7) AS first');

-- strings and conversion
select cypher('words', 'RETURN ''abc'' STARTS WITH ''ab'' AS a, ''abc'' CONTAINS ''d'' AS b, ''abc'' =~ ''A.*'' AS c, ''abc'' =~ ''(?i)A.*'' AS d, ''a'' STARTS WITH 1 AS e');
select cypher('words', 'RETURN substring(''hello'', 1, 3) AS a, split(''a,b,,c'', '','') AS b, replace(''aXbX'', ''X'', ''--'') AS c, reverse(''äbc'') AS d, toUpper(''ä'') AS e, left(''ab'', 5) AS f, right(''abc'', 2) AS g, trim(''  a '') AS h');
select cypher('words', 'RETURN toInteger(''12.7'') AS a, toInteger(''x'') AS b, toFloat(''1e3'') AS c, toBoolean(''TRUE'') AS d, toString(1.0) AS e, toString(date(''2020-02-29'')) AS f');

-- order, grouping, DISTINCT
select cypher('words', 'UNWIND [null, 1.5, ''b'', true, [1], {a: 1}, 1, ''a'', false, 0.0/0.0] AS x RETURN x ORDER BY x');
select cypher('words', 'UNWIND [null, 2, ''a'', 1] AS x RETURN x ORDER BY x DESC SKIP 1 LIMIT 2');
select cypher('words', 'UNWIND [1, 1.0, 2, null, null] AS x RETURN DISTINCT x ORDER BY x');
select cypher('words', 'UNWIND [[1, 10], [2, 20], [1, 30], [2, null]] AS p WITH p[0] AS k, p[1] AS v RETURN k, count(*) AS rows, count(v) AS n, sum(v) AS sum, avg(v) AS avg, min(v) AS min, max(v) AS max, collect(v) AS all ORDER BY k');
select cypher('words', 'UNWIND [1, 2, 3, 4] AS x RETURN stDev(x) AS s, stDevP(x) AS p, percentileCont(x, 0.5) AS c, percentileDisc(x, 0.5) AS d');
select cypher('words', 'UNWIND [] AS x RETURN count(x) AS n, sum(x) AS sum, avg(x) AS avg, collect(x) AS all, max(x) AS max');
select cypher('words', 'UNWIND [3, 1, 2] AS x WITH x ORDER BY x LIMIT 2 WITH collect(x) AS l RETURN l, size(l) + count(*) AS n');
select cypher('words', 'RETURN 1 AS x UNION RETURN 1 AS x UNION RETURN 2 AS x') as row order by 1;
select cypher('words', 'RETURN 1 AS x UNION ALL RETURN 1 AS x');

-- parameters; typed columns
select cypher('words', 'UNWIND $rows AS r RETURN r.k + $n AS x, $when.year AS year', '{"rows": [{"k": 1}, {"k": 1.5}], "n": 1, "when": {"@date": "2024-02-29"}}');
select * from cypher_rows('words', 'RETURN 1 AS i, 2.5 AS f, ''t'' AS t, true AS b, {a: 1} AS j, date(''2024-02-29'') AS d, datetime(''2024-02-29T12:00+01:00[Europe/Berlin]'') AS z, null AS n')
    as t(i bigint, f float8, t text, b boolean, j jsonb, d date, z timestamptz, n integer);
select cypher_sql('words', 'RETURN $a + 1 AS x', '{"a": 2}');
select drop_graph('words');
