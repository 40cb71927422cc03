-- As statements.sql, about indexes and settings. One a line. Not asked: what hnsw allows here and
-- pgvector refuses (more dimensions, key columns, conditions
-- on them), the order of an unknown distance, and the default of hnsw.iterative_scan.
show hnsw.ef_search; show hnsw.max_scan_tuples; show hnsw.scan_mem_multiplier; show ivfflat.probes; show ivfflat.iterative_scan; show ivfflat.max_probes
set hnsw.ef_search = 0
set hnsw.ef_search = 1001
set hnsw.iterative_scan = on
set hnsw.iterative_scan = relaxed_order; show hnsw.iterative_scan
set hnsw.max_scan_tuples = 0
set hnsw.scan_mem_multiplier = 0.5
set hnsw.scan_mem_multiplier = 1001
set hnsw.nothing = 1
set ivfflat.probes = 0
set ivfflat.probes = 32769
set ivfflat.iterative_scan = strict_order
set ivfflat.max_probes = 0
set ivfflat.nothing = 1
select name, setting, unit, category, vartype, context, min_val, max_val, enumvals, boot_val from pg_settings where name ~ '^(hnsw|ivfflat)[.]' and name <> 'hnsw.iterative_scan' order by name
select amname, amtype from pg_am where amname in ('hnsw', 'ivfflat') order by 1
select amname, opcname, opcdefault, opcintype::regtype::text, amopstrategy, amopopr::regoperator::text from pg_opclass join pg_am m on m.oid = opcmethod join pg_amop on amopfamily = opcfamily and amoplefttype = opcintype where amname in ('hnsw', 'ivfflat') and amoppurpose = 'o' order by 1, 2
create temp table t (v vector(3)); create index on t using hnsw (v)
create temp table t (v vector(3)); create index on t using hnsw (v vector_l2_ops) with (m = 1)
create temp table t (v vector(3)); create index on t using hnsw (v vector_l2_ops) with (m = 101)
create temp table t (v vector(3)); create index on t using hnsw (v vector_l2_ops) with (ef_construction = 3)
create temp table t (v vector(3)); create index on t using hnsw (v vector_l2_ops) with (ef_construction = 1001)
create temp table t (v vector(3)); create index on t using hnsw (v vector_l2_ops) with (m = 16, ef_construction = 31)
create temp table t (v vector(3)); create index on t using hnsw (v vector_l2_ops) with (nothing = 1)
create temp table t (v vector(3)); create unique index on t using hnsw (v vector_l2_ops)
create temp table t (v vector(3), i int); create index on t using hnsw (v vector_l2_ops) include (i)
create temp table t (v vector(3)); create index on t using hnsw (v vector_l2_ops desc)
create temp table t (v vector); create index on t using hnsw (v vector_l2_ops)
create temp table t (v halfvec); create index on t using hnsw (v halfvec_l2_ops)
create temp table t (v sparsevec); create index on t using hnsw (v sparsevec_l2_ops)
create temp table t (v vector(3)); create index on t using hnsw (v halfvec_l2_ops)
create temp table t (v bit(64001)); create index on t using hnsw (v bit_hamming_ops)
create temp table t (v bit varying(3)); create index on t using hnsw (v bit_hamming_ops)
create temp table t (v bit varying(3)); create index on t using ivfflat (v bit_hamming_ops)
create temp table t (v bit varying); create index on t using hnsw (v bit_jaccard_ops)
create temp table t (v bit); create index on t using hnsw (v bit_jaccard_ops); insert into t values (b'1'); select * from t
create temp table t (v sparsevec(1001)); insert into t values (array_fill(1, array[1001])::sparsevec); create index on t using hnsw (v sparsevec_l2_ops)
create temp table t (v sparsevec(1001)); create index on t using hnsw (v sparsevec_l2_ops); insert into t values (array_fill(1, array[1001])::sparsevec)
create temp table t (v vector(3)); create index on t using ivfflat (v) with (lists = 0)
create temp table t (v vector(3)); create index on t using ivfflat (v) with (lists = 32769)
create temp table t (v vector); create index on t using ivfflat (v)
create temp table t (v vector(2001)); create index on t using ivfflat (v)
create temp table t (v halfvec(4001)); create index on t using ivfflat (v halfvec_l2_ops)
create temp table t (v bit(64001)); create index on t using ivfflat (v bit_hamming_ops)
create temp table t (v sparsevec(3)); create index on t using ivfflat (v sparsevec_l2_ops)
create temp table t (v halfvec(3)); create index on t using ivfflat (v)
create temp table t (v vector(1)); create index on t using ivfflat (v vector_cosine_ops)
create temp table t (v vector(3)); create unique index on t using ivfflat (v)
create temp table t (v vector(3), w vector(3)); create index on t using ivfflat (v, w)
create temp table t (v vector(3)); insert into t values ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (null); create index on t using hnsw (v vector_l2_ops); set enable_seqscan = off; select * from t order by v <-> '[3,3,3]'; select count(*) from t; select count(*) from (select * from t order by v <-> (select null::vector)) n
create temp table t (v vector(3)); insert into t values ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (null); create index on t using hnsw (v vector_ip_ops); set enable_seqscan = off; select * from t order by v <#> '[3,3,3]'
create temp table t (v vector(3)); insert into t values ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), ('[1,2,4]'), (null); create index on t using hnsw (v vector_cosine_ops); set enable_seqscan = off; select * from t order by v <=> '[3,3,3]'; select count(*) from (select * from t order by v <=> '[0,0,0]') n
create temp table t (v vector(3)); insert into t values ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (null); create index on t using hnsw (v vector_l1_ops); set enable_seqscan = off; select * from t order by v <+> '[3,3,3]'
create temp table t (v halfvec(3)); insert into t values ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (null); create index on t using hnsw (v halfvec_l2_ops); set enable_seqscan = off; insert into t values ('[1,2,4]'); select * from t order by v <-> '[3,3,3]'; select count(*) from (select * from t order by v <-> (select null::halfvec)) n
create temp table t (v halfvec(3)); insert into t values ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (null); create index on t using hnsw (v halfvec_cosine_ops); set enable_seqscan = off; insert into t values ('[1,2,4]'); select * from t order by v <=> '[3,3,3]'
create temp table t (v sparsevec(3)); insert into t values ('{}/3'), ('{1:1,2:2,3:3}/3'), ('{1:1,2:1,3:1}/3'), (null); create index on t using hnsw (v sparsevec_l2_ops); set enable_seqscan = off; insert into t values ('{1:1,2:2,3:4}/3'); select * from t order by v <-> '{1:3,2:3,3:3}/3'; select count(*) from (select * from t order by v <-> (select null::sparsevec)) n
create temp table t (v sparsevec(3)); insert into t values ('{}/3'), ('{1:1,2:2,3:3}/3'), ('{1:1,2:1,3:1}/3'), (null); create index on t using hnsw (v sparsevec_cosine_ops); set enable_seqscan = off; insert into t values ('{1:1,2:2,3:4}/3'); select * from t order by v <=> '{1:3,2:3,3:3}/3'; select count(*) from (select * from t order by v <=> '{}/3') n
create temp table t (v sparsevec(3)); insert into t values ('{}/3'), ('{1:1,2:2,3:3}/3'), ('{1:1,2:1,3:1}/3'), (null); create index on t using hnsw (v sparsevec_ip_ops); set enable_seqscan = off; select * from t order by v <#> '{1:3,2:3,3:3}/3'
create temp table t (v sparsevec(3)); insert into t values ('{}/3'), ('{1:1,2:2,3:3}/3'), ('{1:1,2:1,3:1}/3'), (null); create index on t using hnsw (v sparsevec_l1_ops); set enable_seqscan = off; select * from t order by v <+> '{1:3,2:3,3:3}/3'
create temp table t (v bit(3)); insert into t values (b'000'), (b'100'), (b'111'), (null); create index on t using hnsw (v bit_hamming_ops); set enable_seqscan = off; insert into t values (b'110'); select * from t order by v <~> b'111'; select count(*) from (select * from t order by v <~> (select null::bit)) n
create temp table t (v bit(4)); insert into t values (b'0000'), (b'1100'), (b'1111'), (null); create index on t using hnsw (v bit_jaccard_ops); set enable_seqscan = off; insert into t values (b'1110'); select * from t order by v <%> b'1111'
create temp table t (v vector(3)); insert into t values ('[1,2,3]'); create index on t using hnsw (v vector_l2_ops); set enable_seqscan = off; select * from t order by v <-> '[1,2]'
create temp table t (v halfvec(3)); insert into t values ('[1,2,3]'); create index on t using hnsw (v halfvec_l2_ops); set enable_seqscan = off; select * from t order by v <-> '[1,2]'
create temp table t (v sparsevec(3)); insert into t values ('{1:1}/3'); create index on t using hnsw (v sparsevec_l2_ops); set enable_seqscan = off; select * from t order by v <-> '{1:1}/2'
create temp table t (v bit(3)); insert into t values (b'111'); create index on t using hnsw (v bit_hamming_ops); set enable_seqscan = off; select * from t order by v <~> b'11'
create temp table t (v bit(3)); insert into t values (b'111'); create index on t using ivfflat (v bit_hamming_ops) with (lists = 1); set enable_seqscan = off; insert into t values (b'110'); select * from t order by v <~> b'111'; select * from t order by v <~> b'11'
create temp table t (v halfvec(3)); insert into t values ('[1,2,3]'); create index on t using ivfflat (v halfvec_l2_ops) with (lists = 1); set enable_seqscan = off; insert into t values ('[1,2,4]'); select * from t order by v <-> '[3,3,3]'; select * from t order by v <-> '[1,2]'
create temp table t (v vector(3)); insert into t values ('[1,2,3]'); create index on t using hnsw (v vector_l2_ops); insert into t values ('[1,2]')
create temp table t (i int, v vector(3)); insert into t select i, array[i, i, i] from generate_series(1, 50) i; create index on t using hnsw (v vector_l2_ops); set enable_seqscan = off; truncate t; select * from t order by v <-> '[3,3,3]'; insert into t values (1, '[1,1,1]'); select * from t order by v <-> '[3,3,3]'
create temp table t (i int, v vector(3)); insert into t select i, array[i, i, i] from generate_series(1, 30) i; create index on t using hnsw (v vector_l2_ops); set enable_seqscan = off; update t set v = '[0,0,0]' where i = 7; delete from t where i = 8; select i from t order by v <-> '[7,7,7]', i limit 4
create temp table t (i int, v vector(2)); insert into t select i, array[1, 1] from generate_series(1, 30) i; create index on t using hnsw (v vector_l2_ops); set enable_seqscan = off; select count(*) from (select i from t order by v <-> '[7,7]') n
create temp table t (i int, v vector(2)); create index t_v on t using hnsw (v vector_l2_ops); alter index t_v set (m = 8); select reloptions from pg_class where relname = 't_v'; alter index t_v set (m = 1)
create temp table t (i int, v vector(2)); create index t_v on t using ivfflat (v vector_l2_ops); alter index t_v set (lists = 8); select reloptions from pg_class where relname = 't_v'; reindex index t_v
create temp table t (v vector(2)); create index t_v on t using hnsw (v vector_l2_ops); select pg_index_column_has_property('t_v', 1, n) from unnest(array['distance_orderable', 'orderable', 'returnable', 'asc']) n
create temp table t (v vector(2)); create index t_v on t using hnsw (v vector_l2_ops); select pg_index_has_property('t_v', n) from unnest(array['clusterable', 'index_scan', 'bitmap_scan', 'backward_scan']) n
create temp table t (v vector(2)); create index t_v on t using hnsw (v vector_l2_ops); cluster t using t_v
create temp table t (v vector(2)); insert into t values ('[1,1]'); create index t_v on t using hnsw (v vector_l2_ops); select v from t where v = '[1,1]'
