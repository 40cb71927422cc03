-- sparsevec: the type, its text and binary forms and its casts

create type sparsevec;

create function sparsevec_in(cstring, oid, integer) returns sparsevec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_in(cstring, oid, integer) is
    'Input of sparsevec: {1:1.5,3:2}/5 is 1.5, 0, 2, 0, 0.';

create function sparsevec_out(sparsevec) returns cstring
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_out(sparsevec) is 'Output of sparsevec: {1:1.5,3:2}/5.';

create function sparsevec_typmod_in(cstring[]) returns integer
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_typmod_in(cstring[]) is
    'Type modifier of sparsevec: the number of dimensions, 1 to 1000000000.';

create function sparsevec_recv(internal, oid, integer) returns sparsevec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_recv(internal, oid, integer) is
    'Binary input of sparsevec: int32 dimensions, elements, zero, indices; float4.';

create function sparsevec_send(sparsevec) returns bytea
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_send(sparsevec) is 'Binary output of sparsevec.';

create type sparsevec (
    input = sparsevec_in,
    output = sparsevec_out,
    typmod_in = sparsevec_typmod_in,
    receive = sparsevec_recv,
    send = sparsevec_send,
    storage = external
);
comment on type sparsevec is
    'Up to 1000000000 dimensions, 16000 of them not zero; sparsevec(n) takes n.';

create function sparsevec(sparsevec, integer, boolean) returns sparsevec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec(sparsevec, integer, boolean) is
    'Checks the number of dimensions against a type modifier.';

create function array_to_sparsevec(integer[], integer, boolean) returns sparsevec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_sparsevec(integer[], integer, boolean) is
    'Cast from an array of integers.';

create function array_to_sparsevec(real[], integer, boolean) returns sparsevec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_sparsevec(real[], integer, boolean) is
    'Cast from an array of real.';

create function array_to_sparsevec(double precision[], integer, boolean)
    returns sparsevec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_sparsevec(double precision[], integer, boolean) is
    'Cast from an array of double precision, rounded to float4.';

create function array_to_sparsevec(numeric[], integer, boolean) returns sparsevec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function array_to_sparsevec(numeric[], integer, boolean) is
    'Cast from an array of numeric, rounded to float4.';

create function sparsevec_to_vector(sparsevec, integer, boolean) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_to_vector(sparsevec, integer, boolean) is
    'Cast to vector.';

create function vector_to_sparsevec(vector, integer, boolean) returns sparsevec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_to_sparsevec(vector, integer, boolean) is
    'Cast from vector.';

create function sparsevec_to_halfvec(sparsevec, integer, boolean) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_to_halfvec(sparsevec, integer, boolean) is
    'Cast to halfvec.';

create function halfvec_to_sparsevec(halfvec, integer, boolean) returns sparsevec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_to_sparsevec(halfvec, integer, boolean) is
    'Cast from halfvec.';

create cast (sparsevec as sparsevec)
    with function sparsevec(sparsevec, integer, boolean) as implicit;
create cast (sparsevec as vector)
    with function sparsevec_to_vector(sparsevec, integer, boolean) as assignment;
create cast (vector as sparsevec)
    with function vector_to_sparsevec(vector, integer, boolean) as implicit;
create cast (sparsevec as halfvec)
    with function sparsevec_to_halfvec(sparsevec, integer, boolean) as assignment;
create cast (halfvec as sparsevec)
    with function halfvec_to_sparsevec(halfvec, integer, boolean) as implicit;
create cast (integer[] as sparsevec)
    with function array_to_sparsevec(integer[], integer, boolean) as assignment;
create cast (real[] as sparsevec)
    with function array_to_sparsevec(real[], integer, boolean) as assignment;
create cast (double precision[] as sparsevec)
    with function array_to_sparsevec(double precision[], integer, boolean)
    as assignment;
create cast (numeric[] as sparsevec)
    with function array_to_sparsevec(numeric[], integer, boolean) as assignment;
