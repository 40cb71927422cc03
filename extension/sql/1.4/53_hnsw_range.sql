-- hnsw: all within a distance, nearest first

create type vector_sphere as (center vector, radius double precision);
comment on type vector_sphere is
    'What lies within a distance of a vector: the right side of <<->>, <<#>>, <<=>> and <<+>>.';
comment on column vector_sphere.radius is
    'In the units of the distance that the operator stands for.';

create function sphere(center vector, radius double precision) returns vector_sphere
language sql immutable strict parallel safe
return row(center, radius)::vector_sphere;
comment on function sphere(vector, double precision) is
    'The sphere around a vector: where v <<->> sphere(q, 0.3) order by v <-> q ends a '
    'hnsw scan at the distance 0.3.';

create function vector_l2_within(vector, vector_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_l2_within(vector, vector_sphere) is
    'Is the Euclidean distance to the center at most the radius?';

create operator <<->> (
    leftarg = vector, rightarg = vector_sphere, procedure = vector_l2_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<->> (vector, vector_sphere) is
    'Within a Euclidean distance; hnsw ends its scan there.';

alter operator family vector_l2_ops using hnsw add
    operator 2 <<->> (vector, vector_sphere);

create function vector_ip_within(vector, vector_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_ip_within(vector, vector_sphere) is
    'Is the negative inner product to the center at most the radius?';

create operator <<#>> (
    leftarg = vector, rightarg = vector_sphere, procedure = vector_ip_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<#>> (vector, vector_sphere) is
    'Within a negative inner product; hnsw ends its scan there.';

alter operator family vector_ip_ops using hnsw add
    operator 2 <<#>> (vector, vector_sphere);

create function vector_cosine_within(vector, vector_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_cosine_within(vector, vector_sphere) is
    'Is the cosine distance to the center at most the radius?';

create operator <<=>> (
    leftarg = vector, rightarg = vector_sphere, procedure = vector_cosine_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<=>> (vector, vector_sphere) is
    'Within a cosine distance; hnsw ends its scan there.';

alter operator family vector_cosine_ops using hnsw add
    operator 2 <<=>> (vector, vector_sphere);

create function vector_l1_within(vector, vector_sphere) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_l1_within(vector, vector_sphere) is
    'Is the taxicab distance to the center at most the radius?';

create operator <<+>> (
    leftarg = vector, rightarg = vector_sphere, procedure = vector_l1_within,
    restrict = contsel, join = contjoinsel
);
comment on operator <<+>> (vector, vector_sphere) is
    'Within a taxicab distance; hnsw ends its scan there.';

alter operator family vector_l1_ops using hnsw add
    operator 2 <<+>> (vector, vector_sphere);
