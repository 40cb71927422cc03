-- halfvec: the type, its text and binary forms and its casts

create type halfvec;

create function halfvec_in(cstring, oid, integer) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_in(cstring, oid, integer) is 'Input of halfvec: [1,2,3].';

create function halfvec_out(halfvec) returns cstring
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_out(halfvec) is 'Output of halfvec: [1,2,3].';

create function halfvec_typmod_in(cstring[]) returns integer
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_typmod_in(cstring[]) is
    'Type modifier of halfvec: the number of dimensions, 1 to 16000.';

create function halfvec_recv(internal, oid, integer) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_recv(internal, oid, integer) is
    'Binary input of halfvec: int16 dimensions, int16 zero, 16 bits an element.';

create function halfvec_send(halfvec) returns bytea
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_send(halfvec) is 'Binary output of halfvec.';

create type halfvec (
    input = halfvec_in,
    output = halfvec_out,
    typmod_in = halfvec_typmod_in,
    receive = halfvec_recv,
    send = halfvec_send,
    storage = external
);
comment on type halfvec is
    'Up to 16000 finite elements of 16 bits; halfvec(n) takes exactly n of them.';

create function halfvec(halfvec, integer, boolean) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec(halfvec, integer, boolean) is
    'Checks the number of dimensions against a type modifier.';

create function array_to_halfvec(integer[], integer, boolean) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_halfvec(integer[], integer, boolean) is
    'Cast from an array of integers, rounded to 16 bits.';

create function array_to_halfvec(real[], integer, boolean) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_halfvec(real[], integer, boolean) is
    'Cast from an array of real, rounded to 16 bits.';

create function array_to_halfvec(double precision[], integer, boolean) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_halfvec(double precision[], integer, boolean) is
    'Cast from an array of double precision, rounded to 16 bits.';

create function array_to_halfvec(numeric[], integer, boolean) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_halfvec(numeric[], integer, boolean) is
    'Cast from an array of numeric, rounded to 16 bits.';

create function halfvec_to_float4(halfvec, integer, boolean) returns real[]
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_to_float4(halfvec, integer, boolean) is
    'Cast to an array of real.';

create function halfvec_to_vector(halfvec, integer, boolean) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_to_vector(halfvec, integer, boolean) is 'Cast to vector.';

create function vector_to_halfvec(vector, integer, boolean) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_to_halfvec(vector, integer, boolean) is
    'Cast from vector, rounded to 16 bits.';

create cast (halfvec as halfvec)
    with function halfvec(halfvec, integer, boolean) as implicit;
create cast (halfvec as vector)
    with function halfvec_to_vector(halfvec, integer, boolean) as assignment;
create cast (vector as halfvec)
    with function vector_to_halfvec(vector, integer, boolean) as implicit;
create cast (halfvec as real[])
    with function halfvec_to_float4(halfvec, integer, boolean) as assignment;
create cast (integer[] as halfvec)
    with function array_to_halfvec(integer[], integer, boolean) as assignment;
create cast (real[] as halfvec)
    with function array_to_halfvec(real[], integer, boolean) as assignment;
create cast (double precision[] as halfvec)
    with function array_to_halfvec(double precision[], integer, boolean) as assignment;
create cast (numeric[] as halfvec)
    with function array_to_halfvec(numeric[], integer, boolean) as assignment;
