-- The kinds of jobs. What an operator tuned (attempts, waits, leases) is kept.

insert into work.kind as known
(
    name, description, max_attempts, backoff_base, backoff_max, lease, side_effects,
    merge_least
)
values
('compute_snapshots', 'Compute snapshots and outcomes of one instrument from its bars.',
5, '2 seconds', '5 minutes', '5 minutes', false, 'from'),
('compute_conditions', 'Compute the market''s conditions and regimes from snapshots.',
5, '2 seconds', '5 minutes', '5 minutes', false, 'from'),
('embed_snapshots', 'Embed the text form of up to 256 snapshots.',
8, '2 seconds', '10 minutes', '5 minutes', false, null),
('run_cycle', 'Run one cycle of the four agents.',
5, '2 seconds', '2 minutes', '5 minutes', false, null),
('submit_order', 'Send one order to its broker, exactly once in effect.',
20, '1 second', '5 minutes', '30 seconds', true, null),
('match_orders', 'Ask the broker of one account for fills of its open orders.',
8, '2 seconds', '5 minutes', '1 minute', false, null)
on conflict (name) do update
    set
        description = excluded.description,
        side_effects = excluded.side_effects,
        merge_least = excluded.merge_least
    where (known.description, known.side_effects, known.merge_least)
    is distinct from (
        excluded.description, excluded.side_effects, excluded.merge_least
    );
