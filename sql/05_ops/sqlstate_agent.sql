-- The SQLSTATEs of cycles.

insert into ops.sqlstate as known (code, name, meaning, hint) values
(
    'BW401', 'bad_cycle', 'A cycle with these symbols, kind or time cannot be run.',
    'Look at the message.'
),
('BW402', 'unknown_cycle', 'The tenant has no such cycle.', 'See api.cycles.'),
(
    'BW403', 'bad_cycle_state', 'A cycle cannot end like this.',
    'A cycle ends as done or failed.'
),
(
    'BW404', 'strategy_not_ready', 'The strategy cannot be kept or traded like this.',
    'Look at the message.'
),
(
    'BW405', 'unknown_schedule', 'The tenant has no such schedule.',
    'See api.scheduler_jobs().'
),
('BW420', 'unknown_approval', 'The tenant has no such approval.', 'See api.approvals.'),
(
    'BW421', 'bad_approval_mode', 'There is no such approval mode.',
    'Modes are suggest, approve and auto.'
),
(
    'BW422', 'approval_is_closed', 'The question was answered or has expired.',
    'See api.approvals.'
),
(
    'BW423', 'weight_not_waiting', 'The weight is not waiting to be applied.',
    'See api.agent_weights.'
),
(
    'BW424', 'bad_monitor', 'The event monitor cannot watch like this.',
    'Look at the message.'
),
(
    'BW430', 'unknown_alert', 'There is no such kind of alert.',
    'The kinds are the rows of ops.alert_template.'
),
('BW410', 'unknown_call', 'The tenant has no such model call.', 'See api.model_calls.'),
(
    'BW411', 'unknown_prompt', 'There is no such version of a prompt.',
    'See api.prompts.'
),
(
    'BW412', 'bad_route', 'A task cannot be routed like this.',
    'privacy is any or local.'
),
(
    'BW413', 'nothing_learnt', 'What was learnt elsewhere cannot be read.',
    'It is what agent.learnt() of the other database returns.'
)
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);
