-- The SQLSTATEs of tenants and their settings.

insert into ops.sqlstate as known (code, name, meaning, hint) values
(
    'BW010', 'unknown_setting', 'No such setting.',
    'The settings are the rows of tenant.setting_default.'
),
(
    'BW011', 'bad_setting', 'A setting cannot have this value.',
    'Its type and range are in tenant.setting_default.'
),
(
    'BW012', 'bad_member', 'This login cannot be a member of this tenant.',
    'Choose another login or create the tenant first.'
),
(
    'BW013', 'other_tenant', 'These rows are of another tenant than the session is in.',
    'Set bellwether.tenant to the tenant of the rows.'
)
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
