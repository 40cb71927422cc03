create table hnsw_check_item (id integer primary key, k integer, kind text, v vector(8));
insert into hnsw_check_item
select i, i % 3, 'kind ' || i % 2,
    array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(1, 2000) i;
insert into hnsw_check_item select i, 7, null, '[1,1,1,1,1,1,1,1]' from generate_series(3001, 3100) i;
insert into hnsw_check_item values (4000, 1, null, null), (4001, 1, null, '[0,0,0,0,0,0,0,0]');
create index hnsw_check_v on hnsw_check_item using hnsw (v vector_cosine_ops);
create index hnsw_check_k on hnsw_check_item using hnsw (k, v vector_l2_ops);
create index hnsw_check_both on hnsw_check_item using hnsw (k, kind, v vector_l1_ops);

-- a sound index has nothing to tell, after a build and after changes
create view hnsw_check_all as
select i, c.node, c.severity, c.problem
from unnest('{hnsw_check_v,hnsw_check_k,hnsw_check_both}'::regclass[]) i, hnsw_check(i) c
where c.severity = 'error';
select * from hnsw_check_all;
delete from hnsw_check_item where id % 4 = 1;
select * from hnsw_check_all;
vacuum hnsw_check_item;
select i, c.node, c.severity, c.problem
from unnest('{hnsw_check_v,hnsw_check_k,hnsw_check_both}'::regclass[]) i, hnsw_check(i) c;
insert into hnsw_check_item
select i, i % 5, 'kind ' || i % 2,
    array(select round((cos(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(5001, 5900) i;
update hnsw_check_item set k = k + 1 where id % 10 = 3;
select * from hnsw_check_all;
begin;
insert into hnsw_check_item select i, 9, 'new', array_fill(i, array[8])::vector from generate_series(6001, 6100) i;
select * from hnsw_check_all;
rollback;
select * from hnsw_check_all;

-- it sees a row that the index does not have, and a vector that is not its own
set allow_system_table_mods = on;
update pg_index set indisready = false, indisvalid = false where indexrelid = 'hnsw_check_v'::regclass;
insert into hnsw_check_item values (9001, 1, 'a', '[1,2,3,4,5,6,7,9]');
update pg_index set indisready = true, indisvalid = true where indexrelid = 'hnsw_check_v'::regclass;
reset allow_system_table_mods;
select i, node, severity, regexp_replace(problem, '\(.*\)', '(...)') from hnsw_check_all;

-- not for others, and not for another index
select * from hnsw_check('hnsw_check_item_pkey');
select * from hnsw_check('hnsw_check_item');
create role hnsw_check_outsider;
grant select on hnsw_check_item to hnsw_check_outsider;
set role hnsw_check_outsider;
select * from hnsw_check('hnsw_check_v');
reset role;
drop owned by hnsw_check_outsider;
drop role hnsw_check_outsider;
drop view hnsw_check_all;
drop table hnsw_check_item;
