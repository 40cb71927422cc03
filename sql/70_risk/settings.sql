-- Settings of limits and of the circuit breaker, beside those of setting_default.sql.

insert into tenant.setting_default as known (
    name, value, minimum, maximum, choices, description
) values
(
    'on_limit', '"reject"', null, null, '{clamp,reject}',
    'What happens to an entry above a limit: it is refused, or cut to what fits.'
),
(
    'max_net_fraction', '1.0', 0, 4, null,
    'Largest sum of long less short positions, either way, as a share of equity.'
),
(
    'max_leverage', '2.0', 0, 10, null,
    'Largest sum of long positions as a multiple of equity.'
),
(
    'max_order_fraction', '0.25', 0, 4, null,
    'Largest value of one order as a share of equity.'
),
(
    'max_price_deviation', '0.10', 0, 1, null,
    'How far a limit price may be on the worse side of the last price, as a fraction.'
),
(
    'max_orders_per_minute', '1000', 1, 1000000, null,
    'How many orders an account may place within a minute of market time.'
),
(
    'max_daily_loss_fraction', '0.10', 0, 1, null,
    'Nothing is entered when the account lost more than this since 00:00 UTC; 1: never.'
),
(
    'max_missing_bars', '0', 0, 1000, null,
    'Nothing is entered when more daily bars than this are missing.'
),
(
    'feed_lag_minutes', '60', 0, 10080, null,
    'How long after the end of its interval a bar may arrive before it is missing.'
),
(
    'graph_risk_mode', '"off"', null, null, '{off,warn,block}',
    'What the risk graph does to an order.'
),
(
    'max_graph_risk', '0.8', 0, 1, null,
    'Score of the risk graph from which graph_risk_mode warns or blocks.'
),
(
    'breaker_drawdown', '0.20', 0, 1, null,
    'Drawdown of the account from its peak above which the circuit breaker opens.'
),
(
    'breaker_losses', '10', 1, 1000, null,
    'Losing trades in a row at which the circuit breaker opens.'
),
(
    'breaker_close_drawdown', '0.15', 0, 1, null,
    'A breaker opened by drawdown may close below this.'
),
(
    'breaker_close_wins', '3', 1, 1000, null,
    'A breaker opened by losses may close after so many shadow wins in a row.'
),
(
    'breaker_close_sharpe', '0.3', -10, 10, null,
    'Either breaker may close above this Sharpe ratio of shadow results.'
),
(
    'breaker_close_days', '7', 1, 365, null,
    'Over how many days the Sharpe ratio of shadow results is taken.'
),
(
    'alert_position_fraction', '0.15', 0, 10, null,
    'A fill of at least this share of equity raises the alert position.'
),
(
    'breaker_close', '"approve"', null, null, '{auto,approve}',
    'Whether the breaker closes by itself when it may, or asks.'
)
on conflict (name) do update
    set
        value = excluded.value, minimum = excluded.minimum, maximum = excluded.maximum,
        choices = excluded.choices, description = excluded.description
    where (known.value, known.minimum, known.maximum, known.choices, known.description)
    is distinct from (
        excluded.value, excluded.minimum, excluded.maximum, excluded.choices,
        excluded.description
    );

insert into risk.tier (tier, description) values
('standard', 'Bounds of its own settings only.'),
('trial', 'Small and without borrowed money.')
on conflict (tier) do nothing;
insert into risk.tier_limit (tier, setting, value) values
('trial', 'max_leverage', '1'), ('trial', 'max_gross_fraction', '1'),
('trial', 'max_order_fraction', '0.1'), ('trial', 'allow_short', 'false')
on conflict (tier, setting) do nothing;
