-- who wins under a filter: the walk where many rows pass, an exact search where few do
create table hnsw_cost (
    id integer primary key, rare integer, common integer, tenant integer, v vector(64)
);
insert into hnsw_cost
select i, i * 7919 % 500, i * 7919 % 5, i * 7919 % 50,
    array(select sin(i * j * 0.61 + j) + cos(i * 0.011 * j) from generate_series(1, 64) j)::vector
from generate_series(1, 10000) i;
create index hnsw_cost_rare on hnsw_cost (rare);
create index hnsw_cost_common on hnsw_cost (common);
create index hnsw_cost_tenant on hnsw_cost (tenant);
create index hnsw_cost_v on hnsw_cost using hnsw (v vector_l2_ops);
analyze hnsw_cost;

create function winner(query text) returns text language plpgsql as $$
declare
    plan json;
    node json;
begin
    execute 'explain (format json) ' || query into plan;
    node = plan -> 0 -> 'Plan';
    while node -> 'Plans' is not null loop
        node = node -> 'Plans' -> 0;
    end loop;
    return coalesce(node ->> 'Index Name', node ->> 'Node Type');
end $$;
create function nearest(condition text, rows integer) returns text language sql as $$
    select format(
        'select id from hnsw_cost where %s order by v <-> array_fill(0.3, array[64])::vector limit %s',
        condition, rows)
$$;
select c.condition, winner(nearest(c.condition, 10)) as of_10
from (values ('true'), ('common < 4'), ('common = 3'), ('tenant = 3'), ('rare = 3')) as c (condition);
-- without a filter also for many, until it is nearly all
select rows, winner(nearest('true', rows)) from unnest('{10,100,1000,10000}'::int[]) as rows;

-- a key in the index beats both, and is of no use without the key
create index hnsw_cost_key on hnsw_cost using hnsw (tenant, v vector_l2_ops);
select winner(nearest('tenant = 3', 10)) as key, winner(nearest('tenant = 3 and common = 1', 10)) as filtered,
    winner(nearest('true', 10)) as no_key;
drop index hnsw_cost_v;
select winner(nearest('true', 10)) as no_key;

drop function winner, nearest;
drop table hnsw_cost;
