-- more dimensions than pgvector's 2,000 in an index, up to 16,000: codes are short, and
-- rows are measured by their vectors in the table
create table hnsw_wide_item (id integer primary key, v vector(16000), h halfvec(16000), w vector(2001));
insert into hnsw_wide_item
select i, v, v::halfvec, subvector(v, 1, 2001)
from generate_series(1, 240) i,
    lateral (select array(
        select sin(i * j * 0.37 + j) + sin(i % 12 * j) from generate_series(1, 16000) j
    )::vector as v) made;
analyze hnsw_wide_item;

-- the share of the ten nearest of 20 rows that links alone find, and their order
create function hnsw_wide_recall(measure text) returns table (good boolean, ordered boolean, by_index boolean)
    language plpgsql as $$
declare
    exact float8[];
    found float8[];
    line text;
    hits integer := 0;
begin
    ordered := true;
    by_index := false;
    for number in 1 .. 20 loop
        execute format('select array_agg(d order by d) from (select (%s) + 0 as d
            from hnsw_wide_item t, (select v as qv, h as qh, w as qw from hnsw_wide_item where id = $1) q
            order by 1 limit 10) n', measure) into exact using number * 11;
        execute format('select array_agg(d) from (select %1$s as d from hnsw_wide_item t order by %1$s limit 10) n',
            replace(replace(replace(measure, 'qv', '$1'), 'qh', '$2'), 'qw', '$3'))
            into found using (select v from hnsw_wide_item where id = number * 11),
                (select h from hnsw_wide_item where id = number * 11), (select w from hnsw_wide_item where id = number * 11);
        hits := hits + (select count(*) from unnest(found) d where d <= exact[10] + 1e-6);
        ordered := ordered and found = (select array_agg(d order by d) from unnest(found) d);
    end loop;
    good := hits >= 190;
    by_index := (select nodes > 0 from hnsw_last_scan());
    return next;
end
$$;

set enable_seqscan = off;
set hnsw.iterative_scan = off;
create index hnsw_wide_v on hnsw_wide_item using hnsw (v vector_l2_ops);
select code_bits from hnsw_info('hnsw_wide_v');
select * from hnsw_wide_recall('v <-> qv');
drop index hnsw_wide_v;
create index hnsw_wide_v on hnsw_wide_item using hnsw (v vector_cosine_ops) with (code_bits = 1);
select * from hnsw_wide_recall('v <=> qv');
drop index hnsw_wide_v;
create index on hnsw_wide_item using hnsw (h halfvec_ip_ops);
select * from hnsw_wide_recall('h <#> qh');
create index on hnsw_wide_item using hnsw (w vector_cosine_ops);
select * from hnsw_wide_recall('w <=> qw');
insert into hnsw_wide_item select i, v, h, w from generate_series(300, 301) i, (select v, h, w from hnsw_wide_item where id = 7) seven;
delete from hnsw_wide_item where id % 10 = 4 and id % 11 > 0;
vacuum hnsw_wide_item;
select * from hnsw_check('hnsw_wide_item_h_idx');
select * from hnsw_wide_recall('h <#> qh');

-- what does not fit says so
create index on hnsw_wide_item using hnsw (v vector_l2_ops) with (code_bits = 8);
create table hnsw_too_wide (v vector);
create index on hnsw_too_wide using hnsw (v vector_l2_ops);
drop table hnsw_too_wide;

drop function hnsw_wide_recall(text);
drop table hnsw_wide_item;
