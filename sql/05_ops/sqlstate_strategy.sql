-- The SQLSTATEs of strategies.

insert into ops.sqlstate as known (code, name, meaning, hint) values
('BW330', 'bad_strategy', 'A strategy document does not have the form of its schema.',
'The schema is docs/reference/strategies.md.'),
('BW331', 'unknown_indicator',
'A strategy uses an indicator that is not on the list.',
'The indicators are the rows of api.indicators.'),
('BW332', 'unknown_operator', 'A condition uses an operator that is not on the list.',
'Operators are and or not > >= < <= = <> + - * / min max abs sqrt ln lag highest '
'lowest crosses_above crosses_below within throughout known is.'),
('BW333', 'strategy_too_deep', 'A condition is nested too deep, or refers to itself.',
'At most 32 levels; an indicator may not read itself.'),
('BW334', 'strategy_too_large', 'A strategy is too large.',
'At most 64 kB, 64 indicators, 2000 nodes, and 500 settings in a sweep.'),
('BW335', 'division_by_zero',
'A condition divides by a number that is always zero.',
'A divisor that is zero on some bars is fine: the condition is not met there.'),
('BW336', 'unknown_name',
'A condition names a series, indicator or parameter that is not there.',
'Names are open high low close volume, snapshot.<field>, the document''s indicators, '
'and $parameter.'),
('BW337', 'bad_type',
'An operator was given a condition for a number, or the other way round.',
'Comparisons make conditions of numbers; and, or, not, within, throughout take '
'conditions.'),
('BW338', 'bad_parameter',
'An indicator''s parameter is missing or out of range.',
'api.indicators tells names, defaults and ranges.'),
('BW339', 'empty_universe', 'No instrument belongs to the universe, or none has bars.',
'Give symbols, or an asset_class or sector that api.instruments knows.'),
('BW340', 'unknown_strategy', 'There is no strategy or version of that name.',
'See api.strategies.'),
('BW341', 'bad_grid', 'The grid of a sweep is not an object of lists of numbers.',
'For example {"fast": [5, 10], "slow": [20, 50]}, each a parameter of the document.'),
('BW342', 'bad_span', 'A span of time is empty or its parts do not fit.',
'Train and test spans are positive and together shorter than the history.')
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
