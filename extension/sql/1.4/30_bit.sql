-- bit: PostgreSQL's own type as a binary vector

create function hamming_distance(bit, bit) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function hamming_distance(bit, bit) is 'Number of bits that differ.';

create function jaccard_distance(bit, bit) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function jaccard_distance(bit, bit) is
    '1 - shared ones as a fraction of all ones; 1 if none is shared.';

create operator <~> (
    leftarg = bit, rightarg = bit, procedure = hamming_distance, commutator = '<~>'
);
comment on operator <~> (bit, bit) is 'Hamming distance.';

create operator <%> (
    leftarg = bit, rightarg = bit, procedure = jaccard_distance, commutator = '<%>'
);
comment on operator <%> (bit, bit) is 'Jaccard distance.';
