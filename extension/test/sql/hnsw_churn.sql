-- ten rounds in which a fifth of the rows goes and as many others come: every row
-- can still be found by links alone, as well as in an index built anew
set enable_seqscan = off;
create function hnsw_churn_vector(i integer) returns vector language sql immutable
return array(
    select round((sin(i * j * 0.61) + sin(i % 97 * j * 0.37) * 2)::numeric, 4)
    from generate_series(1, 24) j
)::vector(24);
create table hnsw_churn (id integer primary key, k integer, v vector(24))
    with (autovacuum_enabled = off);
insert into hnsw_churn select i, i % 2, hnsw_churn_vector(i) from generate_series(1, 4000) i;
create index hnsw_churn_v on hnsw_churn using hnsw (v vector_l2_ops)
    with (m = 6, ef_construction = 40);
create index hnsw_churn_k on hnsw_churn using hnsw (k, v vector_l2_ops)
    with (m = 6, ef_construction = 40);
select * from hnsw_check('hnsw_churn_v');
select * from hnsw_check('hnsw_churn_k');

-- a fifth goes in each round: the ids that leave the rest r by 5
select format('delete from hnsw_churn where (id / 7 + %1$s) %% 5 = %1$s %% 5', r),
    'vacuum hnsw_churn',
    format('insert into hnsw_churn select i, i %% 2, hnsw_churn_vector(i)
        from generate_series(%s * 10000 + 1, %1$s * 10000 + (4000 - (select count(*)::integer from hnsw_churn))) i', r)
from generate_series(1, 10) r
\gexec
vacuum hnsw_churn;
select count(*), max(id) from hnsw_churn;
select * from hnsw_check('hnsw_churn_v');
select * from hnsw_check('hnsw_churn_k');

-- the ten nearest of 100 vectors, by links alone
set hnsw.iterative_scan = off;
create function hnsw_churn_recall() returns numeric language sql
begin atomic
    with q as materialized (
        select hnsw_churn_vector(-i * 13) as v from generate_series(1, 100) i
    )
    select avg((
        select count(*)
        from (
            select h.v <-> q.v as d from hnsw_churn h order by h.v <-> q.v limit 10
        ) found
        where found.d <= (
            select max(exact.d) from (
                select (h.v <-> q.v) + 0 as d from hnsw_churn h order by 1 limit 10
            ) exact
        )
    ) / 10.0)
    from q;
end;
set hnsw.ef_search = 20;
select hnsw_churn_recall() as churned \gset
reindex index hnsw_churn_v;
select :churned > 0.9 as good, :churned >= hnsw_churn_recall() - 0.01 as as_good_as_new;
select * from hnsw_check('hnsw_churn_v');

drop function hnsw_churn_recall();
drop table hnsw_churn;
drop function hnsw_churn_vector(integer);
