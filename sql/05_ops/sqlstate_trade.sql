-- The SQLSTATEs of orders: BW10x and BW11x are limits, BW12x to BW14x mistakes.

insert into ops.sqlstate as known (code, name, meaning, hint) values
(
    'BW101', 'trading_halted', 'Trading is halted.',
    'See api.halts; api.resume ends a halt.'
),
(
    'BW102', 'position_limit', 'The position would be too large a share of equity.',
    'Setting max_position_fraction.'
),
(
    'BW103', 'sector_limit', 'The sector would be too large a share of equity.',
    'Setting max_sector_fraction.'
),
('BW104', 'position_count_limit', 'Too many positions.', 'Setting max_positions.'),
(
    'BW105', 'insufficient_cash', 'The account has not enough free cash.',
    'Cash of open buy orders is set aside.'
),
(
    'BW106', 'trading_state_reducing', 'Only orders that lower exposure pass.',
    'See api.halts; api.resume ends it.'
),
(
    'BW107', 'no_price', 'No price is known, so no limit can be judged.',
    'Load bars of the instrument.'
),
(
    'BW108', 'stale_price', 'The last price is too old to enter on.',
    'Setting max_price_age_days.'
),
(
    'BW109', 'not_tradable', 'This instrument cannot be traded.',
    'Indices are for comparison only.'
),
(
    'BW110', 'gross_limit',
    'All positions together would be too large a share of equity.',
    'Setting max_gross_fraction.'
),
(
    'BW111', 'short_not_allowed', 'The position would go below zero.',
    'Setting allow_short.'
),
(
    'BW112', 'net_limit', 'The account would be too far long or short.',
    'Setting max_net_fraction.'
),
(
    'BW113', 'leverage_limit', 'What is bought would be too large for the equity.',
    'Setting max_leverage.'
),
(
    'BW114', 'order_size_limit', 'The order is too large for the equity.',
    'Setting max_order_fraction.'
),
(
    'BW115', 'price_collar', 'The limit price is far worse than the last price.',
    'Setting max_price_deviation.'
),
(
    'BW116', 'order_rate_limit', 'Too many orders within a minute.',
    'Setting max_orders_per_minute.'
),
(
    'BW117', 'daily_loss_limit', 'The account lost too much today.',
    'Setting max_daily_loss_fraction; exits still pass.'
),
(
    'BW118', 'missing_bar', 'A bar that should be known is missing.',
    'Load it, or see the settings max_missing_bars and feed_lag_minutes.'
),
(
    'BW119', 'graph_risk', 'The risk graph scores the symbol too high.',
    'Settings graph_risk_mode and max_graph_risk; see api.risk_scores.'
),
('BW120', 'invalid_order', 'The order makes no sense.', 'Look at the detail.'),
(
    'BW121', 'unknown_symbol', 'No such instrument.',
    'The instruments are the rows of market.instrument.'
),
(
    'BW122', 'client_order_id_reused', 'This client_order_id belongs to another order.',
    'Leave it out to get a new one.'
),
('BW123', 'unknown_account', 'The tenant has no such account.', 'See api.accounts.'),
('BW124', 'unknown_order', 'The tenant has no such order.', 'See api.orders.'),
(
    'BW125', 'breaker_not_open', 'The circuit breaker is not open.',
    'See api.breakers.'
),
(
    'BW126', 'no_exit_plan', 'There is no watched position of this symbol.',
    'See api.exit_plans.'
),
(
    'BW130', 'illegal_order_state', 'An order cannot go from this state to that.',
    'See the state machine of orders.'
),
(
    'BW131', 'order_is_final', 'What was ordered cannot be changed.',
    'Cancel it and place another.'
),
(
    'BW132', 'fill_conflict', 'A fill contradicts what is known of it.',
    'Ask the broker; nothing was booked.'
),
(
    'BW133', 'overfill', 'More was filled than ordered.',
    'Ask the broker; nothing was booked.'
),
(
    'BW134', 'fill_without_order', 'A fill for an order that was never sent.',
    'Ask the broker; nothing was booked.'
),
(
    'BW135', 'reconciliation_failed', 'The books cannot be brought to the broker''s.',
    'The account is halted; see api.alerts and api.differences.'
),
(
    'BW136', 'account_moved', 'The account moved while its broker was asked.',
    'The broker is asked again; nothing was booked.'
),
(
    'BW137', 'no_such_money', 'Money cannot be moved like this.',
    'Look at the message: at a broker it is moved there; a withdrawal needs the cash.'
),
(
    'BW140', 'ledger_unbalanced', 'A posting does not sum to zero.',
    'Book through trade.record_fill or trade.deposit.'
),
(
    'BW141', 'append_only', 'This table only grows.',
    'Nothing that happened is changed or removed.'
)
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
