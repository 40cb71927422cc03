-- spheres of halfvec, sparsevec and bit; those of vector are in hnsw_range
create table hnsw_sphere (id integer primary key, k integer, h halfvec(16), s sparsevec(2000), b bit(128));
insert into hnsw_sphere
select i, i % 3,
    array(select sin(i * j * 0.37) from generate_series(1, 16) j)::halfvec,
    ('{' || (select string_agg(k * 100 + (i * k) % 6 || ':' || (1 + sin(i * k * 0.37))::numeric(6, 4), ',')
        from generate_series(1, 12) k where (i + k) % 3 > 0) || '}/2000')::sparsevec,
    (select string_agg(case when sin(i * (k + 3) * 0.731) > 0.2 then '1' else '0' end, '' order by k)
        from generate_series(1, 128) k)::bit(128)
from generate_series(1, 3000) i;
analyze hnsw_sphere;

-- the operators without an index
select '[3,4]'::halfvec <<->> halfvec_sphere('[0,0]', 5) as on_it,
    '[3,4]'::halfvec <<->> halfvec_sphere('[0,0]', 4.99) as outside,
    '[3,4]'::halfvec <<+>> halfvec_sphere('[0,0]', 7) as l1,
    '[3,4]'::halfvec <<#>> halfvec_sphere('[1,1]', -7) as ip,
    '[3,4]'::halfvec <<=>> halfvec_sphere('[6,8]', 0.001) as cosine,
    '[3,4]'::halfvec <<->> null::halfvec_sphere as unknown,
    '[3,4]'::halfvec <<->> row(null, 1)::halfvec_sphere as no_center;
select '{1:3,2:4}/9'::sparsevec <<->> sparsevec_sphere('{}/9', 5) as on_it,
    '{1:3,2:4}/9'::sparsevec <<->> sparsevec_sphere('{}/9', 4.99) as outside,
    '{1:3,2:4}/9'::sparsevec <<+>> sparsevec_sphere('{}/9', 7) as l1,
    '{1:3,2:4}/9'::sparsevec <<#>> sparsevec_sphere('{1:1,2:1}/9', -7) as ip,
    '{1:3,2:4}/9'::sparsevec <<=>> sparsevec_sphere('{1:6,2:8}/9', 0.001) as cosine,
    '{1:3,2:4}/9'::sparsevec <<=>> sparsevec_sphere('{}/9', 2) as no_direction;
select b'1100' <<~>> bit_sphere(b'0110', 2) as on_it, b'1100' <<~>> bit_sphere(b'0110', 1.5) as outside,
    b'1100' <<%>> bit_sphere(b'0110', 0.67) as jaccard, b'1100' <<~>> bit_sphere(null, 2) as unknown;
select '[3,4]'::halfvec <<->> halfvec_sphere('[1]', 1);
select '{}/9'::sparsevec <<->> sparsevec_sphere('{}/8', 1);
select b'11' <<~>> bit_sphere(b'1', 1);

-- each scan ends where its sphere does, and finds what an exact search finds
create index on hnsw_sphere using hnsw (h halfvec_l2_ops);
create index on hnsw_sphere using hnsw (h halfvec_ip_ops);
create index on hnsw_sphere using hnsw (h halfvec_cosine_ops);
create index on hnsw_sphere using hnsw (h halfvec_l1_ops);
create index on hnsw_sphere using hnsw (s sparsevec_l2_ops);
create index on hnsw_sphere using hnsw (s sparsevec_ip_ops);
create index on hnsw_sphere using hnsw (s sparsevec_cosine_ops);
create index on hnsw_sphere using hnsw (s sparsevec_l1_ops);
create index on hnsw_sphere using hnsw (b bit_hamming_ops);
create index on hnsw_sphere using hnsw (b bit_jaccard_ops);
set enable_seqscan = off;
-- inner products of such vectors are hard for any graph: pgvector finds 19 of 43 by default
set hnsw.ef_search = 600;

-- $1: the column, $2: its type, $3: the operator, $4: the radius; the query is row 77
create function hnsw_sphere_compare(name text, type text, operator text, radius float8)
    returns table (by_index boolean, within integer, missing integer, wrong integer, sorted boolean, ended boolean)
    language plpgsql as $$
declare
    query text;
    line text;
    ids integer[];
    distances float8[];
    exact integer[];
    counters record;
begin
    execute format('select %I::text from hnsw_sphere where id = 77', name) into query;
    by_index := false;
    for line in execute format(
        'explain select id from hnsw_sphere where %1$I %2$s %3$L::%4$s <= %5$L order by %1$I %2$s %3$L::%4$s',
        name, operator, query, type, radius)
    loop
        by_index := by_index or line like '%Index Cond: (% <' || operator || '> %';
    end loop;
    execute format('select array_agg(id), array_agg(d) from (
        select id, %1$I %2$s %3$L::%4$s as d from hnsw_sphere where %1$I <%2$s> %6$s(%3$L, %5$L)
        order by %1$I %2$s %3$L::%4$s) near', name, operator, query, type, radius,
        replace(type, '(128)', '') || '_sphere') into ids, distances;
    select * into counters from hnsw_last_scan();
    execute format('select coalesce(array_agg(id), ''{}'') from hnsw_sphere where (%1$I %2$s %3$L::%4$s) + 0 <= %5$L',
        name, operator, query, type, radius) into exact;
    within := cardinality(exact);
    missing := (select count(*) from unnest(exact) e where e <> all (ids));
    wrong := (select count(*) from unnest(ids) i where i <> all (exact));
    sorted := distances = (select array_agg(d order by d) from unnest(distances) d);
    ended := counters.ranked < 3000;
    return next;
end
$$;
select *
from (values ('h', 'halfvec', '<->', 2.0), ('h', 'halfvec', '<#>', -3.5), ('h', 'halfvec', '<=>', 0.4),
    ('h', 'halfvec', '<+>', 8), ('s', 'sparsevec', '<->', 2.8), ('s', 'sparsevec', '<#>', -10),
    ('s', 'sparsevec', '<=>', 0.4), ('s', 'sparsevec', '<+>', 5), ('b', 'bit(128)', '<~>', 40),
    ('b', 'bit(128)', '<%>', 0.5)) t (name, type, operator, radius),
    hnsw_sphere_compare(name, type, operator, radius);

-- without an order all codes are compared; NULL and other centers
select count(*) = (select count(*) from hnsw_sphere where (h <-> q.h) + 0 <= 2) as every
from hnsw_sphere h, (select h from hnsw_sphere where id = 5) q
where h.h <<->> halfvec_sphere(q.h, 2)
group by q.h;
select count(*) from hnsw_sphere where b <<~>> null::bit_sphere;
select count(*) = (select count(*) from hnsw_sphere where (b <~> ~b'0'::bit(128)) + 0 <= 90) as every
from (
    select id from hnsw_sphere where b <<~>> bit_sphere(~b'0'::bit(128), 90)
    order by b <~> b'0'::bit(128)) near;

drop function hnsw_sphere_compare(text, text, text, float8);
drop table hnsw_sphere;
