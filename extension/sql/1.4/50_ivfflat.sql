-- ivfflat: the access method and its operator classes for vector

create function ivfflathandler(internal) returns index_am_handler
    as 'MODULE_PATHNAME' language c;
comment on function ivfflathandler(internal) is 'Access method ivfflat.';

create access method ivfflat type index handler ivfflathandler;
comment on access method ivfflat is
    'Nearest neighbours by lists of whole vectors around centers.';

create operator class vector_l2_ops default for type vector using ivfflat as
    operator 1 <-> (vector, vector) for order by float_ops,
    function 1 vector_l2_squared_distance(vector, vector);
comment on operator class vector_l2_ops using ivfflat is 'Euclidean distance.';

create operator class vector_ip_ops for type vector using ivfflat as
    operator 1 <#> (vector, vector) for order by float_ops,
    function 1 vector_negative_inner_product(vector, vector);
comment on operator class vector_ip_ops using ivfflat is 'Negative inner product.';

create operator class vector_cosine_ops for type vector using ivfflat as
    operator 1 <=> (vector, vector) for order by float_ops,
    function 1 cosine_distance(vector, vector);
comment on operator class vector_cosine_ops using ivfflat is 'Cosine distance.';
