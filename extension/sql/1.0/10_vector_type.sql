-- vector: the type, its text and binary forms and its casts

create type vector;

create function vector_in(cstring, oid, integer) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_in(cstring, oid, integer) is 'Input of vector: [1,2,3].';

create function vector_out(vector) returns cstring
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_out(vector) is 'Output of vector: [1,2,3].';

create function vector_typmod_in(cstring[]) returns integer
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_typmod_in(cstring[]) is
    'Type modifier of vector: the number of dimensions, 1 to 16000.';

create function vector_recv(internal, oid, integer) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_recv(internal, oid, integer) is
    'Binary input of vector: int16 dimensions, int16 zero, float4 elements.';

create function vector_send(vector) returns bytea
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_send(vector) is 'Binary output of vector.';

create type vector (
    input = vector_in,
    output = vector_out,
    typmod_in = vector_typmod_in,
    receive = vector_recv,
    send = vector_send,
    storage = external
);
comment on type vector is
    'Up to 16000 finite float4 elements; vector(n) takes exactly n of them.';

create function vector(vector, integer, boolean) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector(vector, integer, boolean) is
    'Checks the number of dimensions against a type modifier.';

create function array_to_vector(integer[], integer, boolean) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_vector(integer[], integer, boolean) is
    'Cast from an array of integers.';

create function array_to_vector(real[], integer, boolean) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_vector(real[], integer, boolean) is
    'Cast from an array of real.';

create function array_to_vector(double precision[], integer, boolean) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_vector(double precision[], integer, boolean) is
    'Cast from an array of double precision, rounded to float4.';

create function array_to_vector(numeric[], integer, boolean) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_vector(numeric[], integer, boolean) is
    'Cast from an array of numeric, rounded to float4.';

create function vector_to_float4(vector, integer, boolean) returns real[]
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_to_float4(vector, integer, boolean) is 'Cast to an array of real.';

create cast (vector as vector)
    with function vector(vector, integer, boolean) as implicit;
create cast (vector as real[])
    with function vector_to_float4(vector, integer, boolean) as implicit;
create cast (integer[] as vector)
    with function array_to_vector(integer[], integer, boolean) as assignment;
create cast (real[] as vector)
    with function array_to_vector(real[], integer, boolean) as assignment;
create cast (double precision[] as vector)
    with function array_to_vector(double precision[], integer, boolean) as assignment;
create cast (numeric[] as vector)
    with function array_to_vector(numeric[], integer, boolean) as assignment;
