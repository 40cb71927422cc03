-- Every setting of a tenant, with its default and its range.

insert into tenant.setting_default as known (
    name, value, minimum, maximum, description
) values
('max_position_fraction', '0.20', 0, 1, 'Largest share of equity in one instrument.'),
(
    'max_sector_fraction', '0.30', 0, 1,
    'Largest share of equity in one sector; an instrument without a sector counts by '
    'its asset class.'
),
(
    'max_gross_fraction', '1.0', 0, 4,
    'Largest sum of all positions, long and short, as a share of equity.'
),
('max_positions', '10', 0, 10000, 'How many instruments may be held at once.'),
('allow_short', 'true', null, null, 'Whether a position may go below zero.'),
(
    'max_price_age_days', '7', 0, 365,
    'Nothing is entered on a price older than this, in days.'
),
('fee_bps', '5', 0, 1000, 'Fee of the paper broker, in basis points of the amount.'),
(
    'slippage_bps', '5', 0, 1000,
    'How much worse than the price the paper broker fills, in basis points.'
),
(
    'paper_volume_share', '0.1', 0.0001, 1,
    'Share of a bar''s volume that the paper broker fills of an order; the rest waits '
    'or expires.'
),
('paper_capital', '100000', 1, 1000000000000, 'What a new paper account starts with.'),
(
    'minimum_similarity', '0.7', -1, 1,
    'Neighbours less similar than this are no pattern.'
),
(
    'minimum_n', '20', 1, 10000,
    'With fewer neighbours than this the answer is "not enough history".'
)
on conflict (name) do update
    set
        value = excluded.value, minimum = excluded.minimum, maximum = excluded.maximum,
        description = excluded.description
    where (known.value, known.minimum, known.maximum, known.description)
    is distinct from (
        excluded.value, excluded.minimum, excluded.maximum, excluded.description
    );
