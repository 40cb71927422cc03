-- The SQLSTATEs of keys and of the HTTP API.

insert into ops.sqlstate as known (code, name, meaning, hint) values
(
    'BW020', 'unknown_scope', 'A key cannot have this scope.',
    'Scopes are read, trade and admin.'
),
(
    'BW021', 'unknown_key', 'There is no such key in use.',
    'See `bellwether key list`.'
),
(
    'BW022', 'idempotency_key_reused',
    'The Idempotency-Key belongs to another request.',
    'Make a new key for each request that is not a repetition.'
)
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
