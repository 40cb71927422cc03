-- A database of pgvector's with all its types and indexes, as its users have them.
create extension vector;
create table document (
    id integer primary key,
    body text,
    v vector(16),
    h halfvec(16),
    s sparsevec(1000),
    b bit(16),
    any_v vector,
    many vector(3)[]
);
insert into document
select i, 'document ' || i, x::vector, x::halfvec,
    ('{' || 1 + i % 1000 || ':' || i || ',' || 1 + (i * 7 + 1) % 997 || ':1}/1000')::sparsevec,
    binary_quantize(x::vector)::bit(16), x[1:1 + i % 16]::vector,
    array[x[1:3]::vector, x[4:6]::vector]
from (select i, array(select sin(i * j * 0.37) from generate_series(1, 16) j) as x
    from generate_series(1, 2000) i where (7 * i + 1) % 997 <> i % 1000) made
where i % 1000 <> (i * 7 + 1) % 997;
create index document_v on document using hnsw (v vector_cosine_ops) with (m = 12, ef_construction = 48);
create index document_h on document using hnsw (h halfvec_l2_ops);
create index document_s on document using hnsw (s sparsevec_ip_ops);
create index document_b on document using hnsw (b bit_jaccard_ops);
create index document_lists on document using ivfflat (v vector_l2_ops) with (lists = 20);
create index document_h_lists on document using ivfflat (h halfvec_ip_ops) with (lists = 20);
create index document_b_lists on document using ivfflat (b bit_hamming_ops) with (lists = 20);
create index document_cast on document using hnsw ((v::halfvec(16)) halfvec_l2_ops) where id > 10;
create unique index document_unique on document (v);
create view nearest as
    select id, body from document order by v <=> '[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]' limit 10;
create function nearest_to(query halfvec) returns setof integer language sql stable
    return (select array_agg(id) from (select id from document order by h <-> query limit 3) n)[1];
create materialized view centers as
    select id % 10 as part, avg(v) as center, sum(h) as total from document group by 1;
