-- Everything that refuses an order.

insert into risk.limit as known (reason_code, sqlstate, setting, description) values
(
    'TRADING_HALTED', 'BW101', null,
    'Trading is halted for the tenant, the strategy or the symbol.'
),
(
    'POSITION_LIMIT', 'BW102', 'max_position_fraction',
    'The position would be too large a share of equity.'
),
(
    'SECTOR_LIMIT', 'BW103', 'max_sector_fraction',
    'The sector would be too large a share of equity.'
),
(
    'POSITION_COUNT_LIMIT', 'BW104', 'max_positions',
    'Too many instruments would be held.'
),
(
    'INSUFFICIENT_CASH', 'BW105', null,
    'Cash that is not set aside for open orders does not suffice.'
),
('TRADING_STATE_REDUCING', 'BW106', null, 'Only orders that lower exposure pass.'),
('NO_PRICE', 'BW107', null, 'No price was known at the time of the order.'),
(
    'STALE_PRICE', 'BW108', 'max_price_age_days',
    'The last price known is too old to enter on.'
),
('NOT_TRADABLE', 'BW109', null, 'Indices are for comparison only.'),
(
    'GROSS_LIMIT', 'BW110', 'max_gross_fraction',
    'All positions together would be too large a share of equity.'
),
('SHORT_NOT_ALLOWED', 'BW111', 'allow_short', 'The position would go below zero.')
on conflict (reason_code) do update
    set sqlstate = excluded.sqlstate, setting = excluded.setting,
        description = excluded.description
    where (known.sqlstate, known.setting, known.description)
    is distinct from (excluded.sqlstate, excluded.setting, excluded.description);
