-- The SQLSTATEs of loading market data.

insert into ops.sqlstate as known (code, name, meaning, hint) values
('BW301', 'nothing_staged', 'A check or a load was called without staged rows.',
'Call market.stage first, in the same transaction.'),
('BW302', 'stage_kind_unknown', 'market.stage does not know this kind of rows.',
'Kinds are bars, instruments and sessions.'),
('BW303', 'bar_interval_unknown', 'market.bar_interval does not list this interval.',
'Use one of market.bar_interval, or add yours to it.'),
('BW330', 'empty_fetch', 'A time to fetch does not end after its start.',
'--start must be before --end.'),
('BW331', 'series_unknown', 'No such series of market data is kept.',
'Series are bars, quotes, funding, open_interest and long_short_ratio.'),
('BW332', 'provider_unknown', 'market.provider does not list this provider.',
'Use one of market.provider; docs/how-to/add-a-provider.md says how to add yours.')
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
