-- ivfflat: the access method and its operator classes

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

-- halfvec

create operator class halfvec_l2_ops for type halfvec using ivfflat as
    operator 1 <-> (halfvec, halfvec) for order by float_ops,
    function 1 halfvec_l2_squared_distance(halfvec, halfvec);
comment on operator class halfvec_l2_ops using ivfflat is 'Euclidean distance.';

create operator class halfvec_ip_ops for type halfvec using ivfflat as
    operator 1 <#> (halfvec, halfvec) for order by float_ops,
    function 1 halfvec_negative_inner_product(halfvec, halfvec);
comment on operator class halfvec_ip_ops using ivfflat is 'Negative inner product.';

create operator class halfvec_cosine_ops for type halfvec using ivfflat as
    operator 1 <=> (halfvec, halfvec) for order by float_ops,
    function 1 cosine_distance(halfvec, halfvec);
comment on operator class halfvec_cosine_ops using ivfflat is 'Cosine distance.';

-- bit

create operator class bit_hamming_ops for type bit using ivfflat as
    operator 1 <~> (bit, bit) for order by float_ops,
    function 1 hamming_distance(bit, bit);
comment on operator class bit_hamming_ops using ivfflat is 'Hamming distance.';
