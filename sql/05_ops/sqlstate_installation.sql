-- The SQLSTATEs of installing and upgrading.

insert into ops.sqlstate as known (code, name, meaning, hint) values
('BW001', 'migration_unreadable', 'A migration is empty or could not be read.',
'Start psql in the top folder of the checkout, or use `bellwether migrate`.'),
('BW002', 'migration_changed', 'A migration was edited after it was applied.',
'Restore the file and write a new migration.')
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
