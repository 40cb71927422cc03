-- sparsevec: length

create function l2_norm(sparsevec) returns double precision
    as 'MODULE_PATHNAME', 'sparsevec_l2_norm'
    language c immutable strict parallel safe;
comment on function l2_norm(sparsevec) is 'Euclidean length.';

create function l2_normalize(sparsevec) returns sparsevec
    as 'MODULE_PATHNAME', 'sparsevec_l2_normalize'
    language c immutable strict parallel safe;
comment on function l2_normalize(sparsevec) is
    'The same direction with length 1; a vector of zeros stays one.';
