-- Text embeddings for the copies of bench/patterns_more.sql: a copy's is that of its
-- original, which must be there (bench/patterns.py tells how), moved by a vector of the
-- length 0.2 out of 4096 and brought back to length one. Then blocks and sketches, as
-- triggers would have made them. As superuser: row-level security is not for it.
\set ON_ERROR_STOP on
select setseed(0.24);
set session_replication_role = replica;
set work_mem = '128MB';
set bellwether.tenant = 0;
create temporary table noise as
select
    n as number,
    public.l2_normalize(array_agg((random() + random() - 1)::real)::vector)
    * array_fill(0.2::real, array[384])::vector as moved
from generate_series(0, 4095) as n
cross join generate_series(1, 384) as dimension
group by n;
create unique index on noise (number);
analyze noise;
insert into memory.embedding_all_minilm_l6_v2 (
    tenant_id, source, source_id, content_hash, embedding
)
select
    0, 'snapshot', t.snapshot_id, e.content_hash,
    public.l2_normalize(e.embedding + z.moved)
from market.instrument as i
inner join market.instrument as c
    on c.symbol like i.symbol || 'C%' and i.symbol not like 'MADE%C%'
inner join market.snapshot as s on i.instrument_id = s.instrument_id
inner join market.snapshot as t
    on c.instrument_id = t.instrument_id and s.bar_interval = t.bar_interval and s.ts = t.ts
inner join memory.embedding_all_minilm_l6_v2 as e
    on s.snapshot_id = e.source_id and e.tenant_id = 0 and e.source = 'snapshot'
inner join noise as z on z.number = hashint8(t.snapshot_id) & 4095
where i.symbol like 'MADE%';
analyze memory.embedding_all_minilm_l6_v2;
select sum(memory.pack_texts(m.model_id, i.instrument_id, '1d', array(
    select distinct s.bar_number / 16 from market.snapshot as s
    where s.instrument_id = i.instrument_id
))) as blocks
from memory.model as m
cross join market.instrument as i
where m.name = 'all-MiniLM-L6-v2' and i.symbol like 'MADE%';
select memory.make_text_sketches(m.model_id, '1d') as sketches
from memory.model as m where m.name = 'all-MiniLM-L6-v2';
set session_replication_role = origin;
vacuum analyze memory.embedding_all_minilm_l6_v2, memory.text_block, market.pattern_sketch;
select count(*) as embeddings from memory.embedding_all_minilm_l6_v2;
