-- Clusters far apart: rows inserted one by one into an index that was built before
-- stay linked to the rest, however many nearer ones come, and so are found.
create table island (id int, v vector(4));
insert into island select i, array[i, i % 7, i % 3, 1]::vector from generate_series(1, 2000) as i;
create index island_v on island using hnsw (v vector_l2_ops);

-- One cluster grows towards another one, which grows too.
insert into island
select far, array[far, i % 7, i % 3, 1]::vector
from generate_series(0, 199) as i
cross join lateral (values (10000 + i), (1000000 + i)) as c (far)
where far < 1000000 or i % 5 < 4
order by i, far;

-- Clusters that the build has not seen, each on an axis of its own.
create table axis (id int, v vector(32));
insert into axis
select i, (select array_agg((i * j * 7919 % 1000) / 1000.0 + case when j = 1 then i % 5 * 1000 else 0 end order by j)
    from generate_series(1, 32) as j)::vector
from generate_series(1, 2000) as i;
create index axis_v on axis using hnsw (v vector_l2_ops);
insert into axis
select 2000 + i, (select array_agg((i * j * 6151 % 1000) / 1000.0 + case when j = i / 60 + 2 then 1000 else 0 end order by j)
    from generate_series(1, 32) as j)::vector
from generate_series(0, 599) as i;

-- Every node is found from the entry, before any vacuum.
select severity, problem from hnsw_check('island_v');
select severity, problem from hnsw_check('axis_v');

-- A row is found by its own value.
set enable_seqscan = off;
set hnsw.ef_search = 1000;
select count(*) from island as w
where w.v is distinct from (select i.v from island as i order by i.v <-> w.v limit 1);
select count(*) from axis as w
where w.v is distinct from (select i.v from axis as i order by i.v <-> w.v limit 1);

drop table island, axis;
