-- The SQLSTATEs of cycles.

insert into ops.sqlstate as known (code, name, meaning, hint) values
(
    'BW401', 'bad_cycle', 'A cycle with these symbols, kind or time cannot be run.',
    'Look at the message.'
),
('BW402', 'unknown_cycle', 'The tenant has no such cycle.', 'See api.cycles.'),
(
    'BW403', 'bad_cycle_state', 'A cycle cannot end like this.',
    'A cycle ends as done or failed.'
)
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
