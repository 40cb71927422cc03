-- hnsw: all within a distance, nearest first, of halfvec, sparsevec and bit
--
-- select id from item where h <-> q < 0.3 order by h <-> q;      ends at 0.3
-- select id from item where b <<~>> bit_sphere(q, 20);           compares all codes

create type halfvec_sphere as (center halfvec, radius double precision);
comment on type halfvec_sphere is
    'What lies within a distance of a half vector: the right side of <<->>, <<#>>, <<=>> and <<+>>.';
comment on column halfvec_sphere.radius is
    'In the units of the distance that the operator stands for.';

create function halfvec_sphere(center halfvec, radius double precision) returns halfvec_sphere
language sql immutable strict parallel safe
return row(center, radius)::halfvec_sphere;
comment on function halfvec_sphere(halfvec, double precision) is
    'The sphere around a half vector, in which hnsw ends its scan.';

create function halfvec_l2_within(halfvec, halfvec_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_l2_within(halfvec, halfvec_sphere) is
    'Is the Euclidean distance to the center at most the radius?';

create operator <<->> (
    leftarg = halfvec, rightarg = halfvec_sphere, procedure = halfvec_l2_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<->> (halfvec, halfvec_sphere) is
    'Within a Euclidean distance; hnsw ends its scan there.';

alter operator family halfvec_l2_ops using hnsw add
    operator 2 <<->> (halfvec, halfvec_sphere);

create function halfvec_ip_within(halfvec, halfvec_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_ip_within(halfvec, halfvec_sphere) is
    'Is the negative inner product to the center at most the radius?';

create operator <<#>> (
    leftarg = halfvec, rightarg = halfvec_sphere, procedure = halfvec_ip_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<#>> (halfvec, halfvec_sphere) is
    'Within a negative inner product; hnsw ends its scan there.';

alter operator family halfvec_ip_ops using hnsw add
    operator 2 <<#>> (halfvec, halfvec_sphere);

create function halfvec_cosine_within(halfvec, halfvec_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_cosine_within(halfvec, halfvec_sphere) is
    'Is the cosine distance to the center at most the radius?';

create operator <<=>> (
    leftarg = halfvec, rightarg = halfvec_sphere, procedure = halfvec_cosine_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<=>> (halfvec, halfvec_sphere) is
    'Within a cosine distance; hnsw ends its scan there.';

alter operator family halfvec_cosine_ops using hnsw add
    operator 2 <<=>> (halfvec, halfvec_sphere);

create function halfvec_l1_within(halfvec, halfvec_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_l1_within(halfvec, halfvec_sphere) is
    'Is the taxicab distance to the center at most the radius?';

create operator <<+>> (
    leftarg = halfvec, rightarg = halfvec_sphere, procedure = halfvec_l1_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<+>> (halfvec, halfvec_sphere) is
    'Within a taxicab distance; hnsw ends its scan there.';

alter operator family halfvec_l1_ops using hnsw add
    operator 2 <<+>> (halfvec, halfvec_sphere);

create type sparsevec_sphere as (center sparsevec, radius double precision);
comment on type sparsevec_sphere is
    'What lies within a distance of a sparse vector: the right side of <<->>, <<#>>, <<=>> and <<+>>.';
comment on column sparsevec_sphere.radius is
    'In the units of the distance that the operator stands for.';

create function sparsevec_sphere(center sparsevec, radius double precision) returns sparsevec_sphere
language sql immutable strict parallel safe
return row(center, radius)::sparsevec_sphere;
comment on function sparsevec_sphere(sparsevec, double precision) is
    'The sphere around a sparse vector, in which hnsw ends its scan.';

create function sparsevec_l2_within(sparsevec, sparsevec_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_l2_within(sparsevec, sparsevec_sphere) is
    'Is the Euclidean distance to the center at most the radius?';

create operator <<->> (
    leftarg = sparsevec, rightarg = sparsevec_sphere, procedure = sparsevec_l2_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<->> (sparsevec, sparsevec_sphere) is
    'Within a Euclidean distance; hnsw ends its scan there.';

alter operator family sparsevec_l2_ops using hnsw add
    operator 2 <<->> (sparsevec, sparsevec_sphere);

create function sparsevec_ip_within(sparsevec, sparsevec_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_ip_within(sparsevec, sparsevec_sphere) is
    'Is the negative inner product to the center at most the radius?';

create operator <<#>> (
    leftarg = sparsevec, rightarg = sparsevec_sphere, procedure = sparsevec_ip_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<#>> (sparsevec, sparsevec_sphere) is
    'Within a negative inner product; hnsw ends its scan there.';

alter operator family sparsevec_ip_ops using hnsw add
    operator 2 <<#>> (sparsevec, sparsevec_sphere);

create function sparsevec_cosine_within(sparsevec, sparsevec_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_cosine_within(sparsevec, sparsevec_sphere) is
    'Is the cosine distance to the center at most the radius?';

create operator <<=>> (
    leftarg = sparsevec, rightarg = sparsevec_sphere, procedure = sparsevec_cosine_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<=>> (sparsevec, sparsevec_sphere) is
    'Within a cosine distance; hnsw ends its scan there.';

alter operator family sparsevec_cosine_ops using hnsw add
    operator 2 <<=>> (sparsevec, sparsevec_sphere);

create function sparsevec_l1_within(sparsevec, sparsevec_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_l1_within(sparsevec, sparsevec_sphere) is
    'Is the taxicab distance to the center at most the radius?';

create operator <<+>> (
    leftarg = sparsevec, rightarg = sparsevec_sphere, procedure = sparsevec_l1_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<+>> (sparsevec, sparsevec_sphere) is
    'Within a taxicab distance; hnsw ends its scan there.';

alter operator family sparsevec_l1_ops using hnsw add
    operator 2 <<+>> (sparsevec, sparsevec_sphere);

create type bit_sphere as (center "bit", radius double precision);
comment on type bit_sphere is
    'What lies within a distance of a bit string: the right side of <<~>> and <<%>>.';
comment on column bit_sphere.radius is
    'In the units of the distance that the operator stands for.';

create function bit_sphere(center bit, radius double precision) returns bit_sphere
language sql immutable strict parallel safe
return row(center, radius)::bit_sphere;
comment on function bit_sphere(bit, double precision) is
    'The sphere around a bit string, in which hnsw ends its scan.';

create function bit_hamming_within(bit, bit_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function bit_hamming_within(bit, bit_sphere) is
    'Is the Hamming distance to the center at most the radius?';

create operator <<~>> (
    leftarg = bit, rightarg = bit_sphere, procedure = bit_hamming_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<~>> (bit, bit_sphere) is
    'Within a Hamming distance; hnsw ends its scan there.';

alter operator family bit_hamming_ops using hnsw add
    operator 2 <<~>> (bit, bit_sphere);

create function bit_jaccard_within(bit, bit_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function bit_jaccard_within(bit, bit_sphere) is
    'Is the Jaccard distance to the center at most the radius?';

create operator <<%>> (
    leftarg = bit, rightarg = bit_sphere, procedure = bit_jaccard_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<%>> (bit, bit_sphere) is
    'Within a Jaccard distance; hnsw ends its scan there.';

alter operator family bit_jaccard_ops using hnsw add
    operator 2 <<%>> (bit, bit_sphere);
