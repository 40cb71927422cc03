-- hnsw: operator classes of halfvec, sparsevec and bit

create operator class halfvec_l2_ops for type halfvec using hnsw as
    operator 1 <-> (halfvec, halfvec) for order by float_ops,
    function 1 halfvec_l2_squared_distance(halfvec, halfvec);
comment on operator class halfvec_l2_ops using hnsw is 'Euclidean distance.';

create operator class halfvec_ip_ops for type halfvec using hnsw as
    operator 1 <#> (halfvec, halfvec) for order by float_ops,
    function 1 halfvec_negative_inner_product(halfvec, halfvec);
comment on operator class halfvec_ip_ops using hnsw is 'Negative inner product.';

create operator class halfvec_cosine_ops for type halfvec using hnsw as
    operator 1 <=> (halfvec, halfvec) for order by float_ops,
    function 1 cosine_distance(halfvec, halfvec);
comment on operator class halfvec_cosine_ops using hnsw is 'Cosine distance.';

create operator class halfvec_l1_ops for type halfvec using hnsw as
    operator 1 <+> (halfvec, halfvec) for order by float_ops,
    function 1 l1_distance(halfvec, halfvec);
comment on operator class halfvec_l1_ops using hnsw is 'Taxicab distance.';

create operator class sparsevec_l2_ops for type sparsevec using hnsw as
    operator 1 <-> (sparsevec, sparsevec) for order by float_ops,
    function 1 sparsevec_l2_squared_distance(sparsevec, sparsevec);
comment on operator class sparsevec_l2_ops using hnsw is 'Euclidean distance.';

create operator class sparsevec_ip_ops for type sparsevec using hnsw as
    operator 1 <#> (sparsevec, sparsevec) for order by float_ops,
    function 1 sparsevec_negative_inner_product(sparsevec, sparsevec);
comment on operator class sparsevec_ip_ops using hnsw is 'Negative inner product.';

create operator class sparsevec_cosine_ops for type sparsevec using hnsw as
    operator 1 <=> (sparsevec, sparsevec) for order by float_ops,
    function 1 cosine_distance(sparsevec, sparsevec);
comment on operator class sparsevec_cosine_ops using hnsw is 'Cosine distance.';

create operator class sparsevec_l1_ops for type sparsevec using hnsw as
    operator 1 <+> (sparsevec, sparsevec) for order by float_ops,
    function 1 l1_distance(sparsevec, sparsevec);
comment on operator class sparsevec_l1_ops using hnsw is 'Taxicab distance.';

create operator class bit_hamming_ops for type bit using hnsw as
    operator 1 <~> (bit, bit) for order by float_ops,
    function 1 hamming_distance(bit, bit);
comment on operator class bit_hamming_ops using hnsw is 'Hamming distance.';

create operator class bit_jaccard_ops for type bit using hnsw as
    operator 1 <%> (bit, bit) for order by float_ops,
    function 1 jaccard_distance(bit, bit);
comment on operator class bit_jaccard_ops using hnsw is 'Jaccard distance.';
