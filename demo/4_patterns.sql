\echo The ten most similar of fifty earlier snapshots of any instrument, and what followed:
select
    rank, symbol, ts::date as day, round(similarity::numeric, 3) as similarity, regime,
    round(100 * forward_return::numeric, 1) as "after 5 bars %",
    round(100 * max_gain::numeric, 1) as "best %", round(100 * max_loss::numeric, 1) as "worst %",
    outcome_known_at::date as known
from api.similar_patterns('AAPL', '2018-02-05')
order by rank
limit 10;
\echo Over all that were known on that day:
select
    horizon, n, round(effective_n::numeric, 1) as eff_n, round(100 * mean::numeric, 2) as "mean %",
    round(100 * median::numeric, 2) as "median %", round(100 * p05::numeric, 1) as "p05 %",
    round(100 * p95::numeric, 1) as "p95 %", round(win_rate::numeric, 2) as win_rate,
    round(base_win_rate::numeric, 2) as base_rate, round(p_value::numeric, 3) as p, verdict
from api.pattern_statistics('AAPL', '2018-02-05');
\echo A young instrument has few neighbours above a high similarity, and says so:
select horizon, n, verdict
from api.pattern_statistics('AAPL', '2018-02-05', min_similarity => 0.97);
