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
('SHORT_NOT_ALLOWED', 'BW111', 'allow_short', 'The position would go below zero.'),
(
    'NET_LIMIT', 'BW112', 'max_net_fraction',
    'Long less short positions would be too large a share of equity.'
),
(
    'LEVERAGE_LIMIT', 'BW113', 'max_leverage',
    'Long positions would be too large a multiple of equity.'
),
(
    'ORDER_SIZE_LIMIT', 'BW114', 'max_order_fraction',
    'The order is too large a share of equity.'
),
(
    'PRICE_COLLAR', 'BW115', 'max_price_deviation',
    'The limit price is too far on the worse side of the last price.'
),
(
    'ORDER_RATE_LIMIT', 'BW116', 'max_orders_per_minute',
    'Too many orders within a minute.'
),
(
    'DAILY_LOSS_LIMIT', 'BW117', 'max_daily_loss_fraction',
    'The account lost too much today to enter anything.'
),
(
    'MISSING_BAR', 'BW118', 'max_missing_bars',
    'Bars that should be known are not: the feed lags or has a gap.'
),
(
    'GRAPH_RISK', 'BW119', 'max_graph_risk',
    'The risk graph scores the symbol too high (graph_risk_mode block).'
)
on conflict (reason_code) do update
    set sqlstate = excluded.sqlstate, setting = excluded.setting,
        description = excluded.description
    where (known.sqlstate, known.setting, known.description)
    is distinct from (excluded.sqlstate, excluded.setting, excluded.description);

update risk.limit as l set clamps = not l.clamps
where l.clamps <> (l.reason_code in (
    'POSITION_LIMIT', 'SECTOR_LIMIT', 'GROSS_LIMIT', 'INSUFFICIENT_CASH', 'NET_LIMIT',
    'LEVERAGE_LIMIT', 'ORDER_SIZE_LIMIT'
));
