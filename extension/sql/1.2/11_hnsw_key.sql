-- hnsw: types of a key column before the vector

create operator family integer_ops using hnsw;
comment on operator family integer_ops using hnsw is
    'Keys of any integer type, found by values of any integer type.';

create operator class int2_ops default for type smallint using hnsw family integer_ops as
    operator 1 = (smallint, smallint);
comment on operator class int2_ops using hnsw is 'A key of type smallint.';

create operator class int4_ops default for type integer using hnsw family integer_ops as
    operator 1 = (integer, integer);
comment on operator class int4_ops using hnsw is 'A key of type integer.';

create operator class int8_ops default for type bigint using hnsw family integer_ops as
    operator 1 = (bigint, bigint);
comment on operator class int8_ops using hnsw is 'A key of type bigint.';

alter operator family integer_ops using hnsw add
    operator 1 = (smallint, integer),
    operator 1 = (smallint, bigint),
    operator 1 = (integer, smallint),
    operator 1 = (integer, bigint),
    operator 1 = (bigint, smallint),
    operator 1 = (bigint, integer);

create operator class text_ops default for type text using hnsw as
    operator 1 = (text, text);
comment on operator class text_ops using hnsw is 'A key of type text.';

create operator class uuid_ops default for type uuid using hnsw as
    operator 1 = (uuid, uuid);
comment on operator class uuid_ops using hnsw is 'A key of type uuid.';
