-- hnsw: what would an index cost?

create function hnsw_estimate(
    relation regclass, column_name name, m integer default 16,
    ef_construction integer default 64, code_bits integer default 0,
    operator_class name default null,
    out rows bigint, out index_bytes bigint, out memory_bytes bigint, out fits boolean,
    out build_seconds double precision
)
    as 'MODULE_PATHNAME' language c volatile parallel unsafe;
comment on function hnsw_estimate(regclass, name, integer, integer, integer, name) is
    'What an hnsw index would cost before it is built: bytes on disk, bytes of memory '
    'that the build wants and whether maintenance_work_mem is as large, processor seconds '
    'of one process. Builds a small one of the first 4,000 rows in memory to know the '
    'speed; rows are those that the statistics tell.';
