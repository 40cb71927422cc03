-- Settings of language models and agents.

insert into tenant.setting_default as known (
    name, value, minimum, maximum, choices, description
) values
(
    'routing', '"learned"', null, null, '{learned,static,off}',
    'How a task finds its model: by what the call log teaches, by the table of models, '
    'or off: rules-v1 only.'
),
(
    'routing_weights',
    '{"accuracy": 0.5, "latency": 0.25, "cost": 0.15, "privacy": 0.1}', null, null,
    null, 'What the routing weighs, and how much.'
),
(
    'routing_only', '[]', null, null, null,
    'Providers that may be asked ("local" for those of our own machines); empty: all.'
),
(
    'routing_models', '{}', null, null, null,
    'The model to be asked first, by task: {"Validator": "claude-haiku-4-5"}.'
),
(
    'routing_minimum_calls', '20', 0, 100000, null,
    'With fewer scored calls of a task than this the static table decides.'
),
(
    'rules_fallback', 'true', null, null, null,
    'Whether rules-v1 judges when no language model answers.'
),
(
    'call_log', '"hashed"', null, null, '{full,hashed,none}',
    'What the call log keeps of prompts and answers: all, their digests, nothing.'
),
(
    'answer_cache_hours', '24', 0, 8760, null,
    'How long a stored answer may be replayed; 0: never.'
),
('model_retries', '3', 0, 20, null, 'How often a model is asked again.'),
(
    'model_timeout_seconds', '30', 1, 600, null,
    'How long one call of a model may take in all.'
),
(
    'pattern_timeout_seconds', '30', 0.01, 600, null,
    'How long a cycle looks for patterns before it goes on without them.'
),
(
    'approval_mode', '"auto"', null, null, '{auto,approve,suggest}',
    'What becomes of decisions on paper where a strategy does not say: an order, a '
    'question in the inbox, nothing. Other accounts ask unless a mode is set.'
),
(
    'approval_hours', '24', 0.01, 720, null,
    'How long a question waits in the inbox before it expires.'
),
(
    'shadow_bars', '1', 1, 250, null,
    'A shadow decision leaves at the close of this bar; 1: of the day it enters.'
),
(
    'exit_stop_atr', '2', 0.1, 100, null,
    'Stop of a position whose decision says nothing, in average true ranges.'
),
(
    'exit_target_atr', '4', 0.1, 100, null,
    'Target of a position whose decision says nothing, in average true ranges.'
),
(
    'exit_days', '30', 1, 3650, null,
    'After so many days a position is given up whose decision says nothing.'
),
(
    'action_horizon', '5', 1, 250, null,
    'Over how many bars it is judged whether an agent was right; one of market.horizon.'
),
(
    'shrinkage', '20', 1, 10000, null,
    'How many settled actions an agent needs before half of its own record counts.'
),
(
    'minimum_similarity', '0.7', 0, 1, null,
    'How alike snapshots and closed trades must be to teach the agents anything.'
),
(
    'news_days', '3', 0, 365, null, 'For how long news are shown to the agents.'
),
('news_most', '5', 0, 50, null, 'How many news of a symbol are shown to the agents.'),
(
    'scan_symbols', '[]', null, null, null,
    'What scheduled scans look at besides what is held; empty: what moved most.'
),
('scan_most', '50', 1, 1000, null, 'How many symbols a scheduled scan looks at.'),
(
    'scan_execute', 'true', null, null, null,
    'Whether decisions of scheduled scans become orders (see approval_mode).'
),
(
    'weak_strategies', '"approve"', null, null, '{auto,approve,off}',
    'Whether a strategy that lost money is disabled, asked about, or left alone.'
),
(
    'weak_strategy_trades', '20', 5, 10000, null,
    'With fewer closed trades than this no strategy is called weak.'
),
(
    'agent_weights', '"auto"', null, null, '{auto,approve,off}',
    'Whether suggested agent weights apply by themselves, after approval, or not.'
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
