-- hnsw: the access method and its operator classes

create function hnswhandler(internal) returns index_am_handler
    as 'MODULE_PATHNAME' language c;
comment on function hnswhandler(internal) is 'Access method hnsw.';

create access method hnsw type index handler hnswhandler;
comment on access method hnsw is
    'Nearest neighbours by a navigable small world graph over short codes.';

create operator class vector_l2_ops for type vector using hnsw as
    operator 1 <-> (vector, vector) for order by float_ops,
    function 1 vector_l2_squared_distance(vector, vector);
comment on operator class vector_l2_ops using hnsw is 'Euclidean distance.';

create operator class vector_ip_ops for type vector using hnsw as
    operator 1 <#> (vector, vector) for order by float_ops,
    function 1 vector_negative_inner_product(vector, vector);
comment on operator class vector_ip_ops using hnsw is 'Negative inner product.';

create operator class vector_cosine_ops for type vector using hnsw as
    operator 1 <=> (vector, vector) for order by float_ops,
    function 1 cosine_distance(vector, vector);
comment on operator class vector_cosine_ops using hnsw is 'Cosine distance.';

create operator class vector_l1_ops for type vector using hnsw as
    operator 1 <+> (vector, vector) for order by float_ops,
    function 1 l1_distance(vector, vector);
comment on operator class vector_l1_ops using hnsw is 'Taxicab distance.';
