-- hnsw: is an index sound?

create function hnsw_check(
    index regclass, out node bigint, out severity text, out problem text
)
    returns setof record
    as 'MODULE_PATHNAME' language c volatile strict parallel unsafe;
comment on function hnsw_check(regclass) is
    'What is not as it must be in an hnsw index: no rows, or one for each problem of '
    'severity error (rebuild the index with REINDEX) or warning (recall is lower than it '
    'could be). Reads the index and its table, and keeps both from changing meanwhile; '
    'for the owner only.';
