-- The table of contents: everything the database is made of, in order.
-- Applied by `bellwether migrate`, or from the top folder by
--     psql -v ON_ERROR_STOP=1 -f sql/install.sql "$(make -s dsn ROLE=admin)"
-- `\set migration` names a file of migrations/ that runs once; `\ir` includes a
-- file that runs at every install.

-- Roles, extension and the record of migrations; from here on as bellwether_owner.
\ir setup.sql

-- Tables, types and indexes.
\set migration 0001_tenant
\ir migrations/once.psql
\set migration 0002_market
\ir migrations/once.psql
\set migration 0003_work
\ir migrations/once.psql
\set migration 0004_memory
\ir migrations/once.psql
\set migration 0005_strategy
\ir migrations/once.psql
\set migration 0006_risk
\ir migrations/once.psql
\set migration 0007_agent
\ir migrations/once.psql
\set migration 0008_trade
\ir migrations/once.psql
\set migration 0009_gateway
\ir migrations/once.psql
\set migration 0010_graph
\ir migrations/once.psql
\set migration 0011_work
\ir migrations/once.psql
\set migration 0012_market
\ir migrations/once.psql
\set migration 0013_agent
\ir migrations/once.psql
\set migration 0014_trade
\ir migrations/once.psql
\set migration 0015_graph
\ir migrations/once.psql
\set migration 0016_memory
\ir migrations/once.psql
\set migration 0017_gateway
\ir migrations/once.psql
\set migration 0018_graph
\ir migrations/once.psql
\set migration 0019_agent
\ir migrations/once.psql
\set migration 0020_market
\ir migrations/once.psql
\set migration 0021_gateway
\ir migrations/once.psql
\set migration 0022_market
\ir migrations/once.psql
\set migration 0023_gateway
\ir migrations/once.psql

-- Which schema this is, for the programs that use it.
\ir 05_ops/schema_version.sql
\ir 05_ops/trace_id.sql

-- Our own SQLSTATEs, one file an area.
\ir 05_ops/sqlstate_installation.sql
\ir 05_ops/sqlstate_work.sql
\ir 05_ops/sqlstate_ingest.sql
\ir 05_ops/sqlstate_market.sql
\ir 05_ops/sqlstate_strategy.sql
\ir 05_ops/sqlstate_tenant.sql
\ir 05_ops/sqlstate_trade.sql
\ir 05_ops/sqlstate_agent.sql
\ir 05_ops/sqlstate_gateway.sql

-- Who is asking: the walls between tenants, settings, logins.
\ir 10_tenant/isolation.sql
\ir 10_tenant/setting_default.sql
\ir 10_tenant/setting.sql
\ir 10_tenant/tenant.sql
\ir 10_tenant/grants.sql

-- The market: time, what comes in from files, snapshots, outcomes.
\ir 20_market/as_of.sql
\ir 20_market/yardstick.sql
\ir 20_market/versions.sql
\ir 20_market/ingest_stage.sql
\ir 20_market/ingest_bars.sql
\ir 20_market/ingest_instruments.sql
\ir 20_market/ingest_sessions.sql
\ir 20_market/ingest_news.sql
\ir 20_market/prices.sql
\ir 20_market/correlation.sql
\ir 20_market/pattern_sketches.sql
\ir 20_market/snapshot_blocks.sql
\ir 20_market/base_rates.sql
\ir 20_market/snapshot_text.sql
\ir 20_market/snapshot_fields.sql
\ir 20_market/snapshot_rows.sql
\ir 20_market/compute_outcomes.sql
\ir 20_market/compute_snapshots.sql
\ir 20_market/compute_conditions.sql
\ir 20_market/regime_words.sql
\ir 20_market/k_means.sql
\ir 20_market/regime_filter.sql
\ir 20_market/compute_regimes.sql
\ir 20_market/feature_names.sql
\ir 20_market/provider.sql
\ir 20_market/fetch.sql
\ir 20_market/gap.sql
\ir 20_market/quote.sql
\ir 20_market/watch.sql
\ir 20_market/grants.sql

-- The queue: what is to be done, who does it, what became of it.
\ir 30_work/kinds.sql
\ir 30_work/probe.sql
\ir 30_work/keep_days.sql
\ir 30_work/wake.sql
\ir 30_work/release.sql
\ir 30_work/enqueue.sql
\ir 30_work/worker.sql
\ir 30_work/flows.sql
\ir 30_work/limit.sql
\ir 30_work/shares.sql
\ir 30_work/claim.sql
\ir 30_work/ack.sql
\ir 30_work/nack.sql
\ir 30_work/dead.sql
\ir 30_work/cancel.sql
\ir 30_work/extend.sql
\ir 30_work/hand_back.sql
\ir 30_work/rescue.sql
\ir 30_work/pause.sql
\ir 30_work/cron.sql
\ir 30_work/schedule.sql
\ir 30_work/stats.sql
\ir 30_work/jobs.sql
\ir 30_work/grants.sql

-- Memory: embedding models, what is to be embedded, what is like what.
\ir 40_memory/text_blocks.sql
\ir 40_memory/text_sketches.sql
\ir 40_memory/register_model.sql
\ir 40_memory/embedding_window.sql
\ir 40_memory/embed_snapshots.sql
\ir 40_memory/minimum_n.sql
\ir 40_memory/asked_snapshot.sql
\ir 40_memory/likely_blocks.sql
\ir 40_memory/pattern_filter.sql
\ir 40_memory/text_embedding.sql
\ir 40_memory/passing.sql
\ir 40_memory/neighbours_by_features.sql
\ir 40_memory/neighbours_by_text.sql
\ir 40_memory/neighbours_by_both.sql
\ir 40_memory/neighbours.sql
\ir 40_memory/pattern_matches.sql
\ir 40_memory/neighbour_statistics.sql
\ir 40_memory/evaluate_patterns.sql
\ir 40_memory/prompt_template.sql
\ir 40_memory/pattern_prompt.sql
\ir 40_memory/document.sql
\ir 40_memory/grants.sql

-- The desk as a graph: which nodes and edges follow from which rows.
\ir 50_graph/named.sql
\ir 50_graph/nodes.sql
\ir 50_graph/edges.sql
\ir 50_graph/refresh.sql
\ir 50_graph/correlate.sql
\ir 50_graph/changed.sql
\ir 50_graph/influence.sql
\ir 50_graph/grants.sql

-- Strategies as data: what may be in one, its signals, its backtests.
\ir 60_strategy/indicators.sql
\ir 60_strategy/number.sql
\ir 60_strategy/expression.sql
\ir 60_strategy/check_config.sql
\ir 60_strategy/compile.sql
\ir 60_strategy/signals.sql
\ir 60_strategy/backtest.sql
\ir 60_strategy/sweep.sql
\ir 60_strategy/walk_forward.sql
\ir 60_strategy/lookahead_check.sql
\ir 60_strategy/library.sql
\ir 60_strategy/latest_signal.sql
\ir 60_strategy/grants.sql

-- What may happen: limits, halts, what an order would do to them.
\ir 70_risk/settings.sql
\ir 70_risk/limit.sql
\ir 70_risk/bounds.sql
\ir 70_risk/gates.sql
\ir 70_risk/price.sql
\ir 70_risk/state.sql
\ir 70_risk/assess.sql
\ir 70_risk/clamps.sql
\ir 70_risk/check_order.sql
\ir 70_risk/alert.sql
\ir 70_risk/grants.sql

-- What the agents do: cycles, steps, decisions, events.
\ir 75_agent/settings.sql
\ir 75_agent/append_only.sql
\ir 75_agent/chain.sql
\ir 75_agent/record_event.sql
\ir 75_agent/cycle.sql
\ir 75_agent/check_signals.sql
\ir 75_agent/setup.sql
\ir 75_agent/market_view.sql
\ir 75_agent/action.sql
\ir 75_agent/step.sql
\ir 75_agent/decide.sql
\ir 75_agent/approval.sql
\ir 75_agent/monitor.sql
\ir 75_agent/schedule.sql
\ir 75_agent/models.sql
\ir 75_agent/call.sql
\ir 75_agent/answer.sql
\ir 75_agent/prompt.sql
\ir 75_agent/strategy.sql
\ir 75_agent/chance.sql
\ir 75_agent/route.sql
\ir 75_agent/system_prompts.sql
\ir 75_agent/learnt.sql
\ir 75_agent/grants.sql

-- What is traded: orders, fills, the ledger, the paper broker.
\ir 80_trade/append_only.sql
\ir 80_trade/book.sql
\ir 80_trade/insert_order.sql
\ir 80_trade/orders_limits.sql
\ir 80_trade/orders_state.sql
\ir 80_trade/place_order.sql
\ir 80_trade/submit.sql
\ir 80_trade/record_fill.sql
\ir 80_trade/ledger_balance.sql
\ir 80_trade/deposit.sql
\ir 80_trade/cancel.sql
\ir 80_trade/bracket.sql
\ir 80_trade/bracket_legs.sql
\ir 80_trade/place_decided.sql
\ir 80_trade/look_back.sql
\ir 80_trade/exit_plan.sql
\ir 80_trade/shadow.sql
\ir 80_trade/breaker_value.sql
\ir 80_trade/breaker_condition.sql
\ir 80_trade/breaker.sql
\ir 80_trade/paper_match.sql
\ir 80_trade/paper.sql
\ir 80_trade/match_orders.sql
\ir 80_trade/broker_told.sql
\ir 80_trade/audit.sql
\ir 80_trade/fifo.sql
\ir 80_trade/performance.sql
\ir 80_trade/external_order.sql
\ir 80_trade/difference.sql
\ir 80_trade/reconcile_schedule.sql
\ir 80_trade/reconcile.sql
\ir 80_trade/reconcile_account.sql
\ir 80_trade/account_broker.sql
\ir 80_trade/preflight.sql
\ir 80_trade/halt_file.sql
\ir 80_trade/grants.sql

-- The wiring: which change enqueues which job, one file an event.
\ir 90_triggers/tenant_created.sql
\ir 90_triggers/bars_inserted.sql
\ir 90_triggers/snapshots_inserted.sql
\ir 90_triggers/snapshots_changed.sql
\ir 90_triggers/funding_inserted.sql
\ir 90_triggers/embedding_window_set.sql
\ir 90_triggers/cycle_queued.sql
\ir 90_triggers/cycle_started.sql
\ir 90_triggers/decision_made.sql
\ir 90_triggers/trade_closed.sql
\ir 90_triggers/bars_watched.sql
\ir 90_triggers/quotes_watched.sql
\ir 90_triggers/market_moved.sql
\ir 90_triggers/quote_moved.sql
\ir 90_triggers/order_ready.sql
\ir 90_triggers/account_opened.sql
\ir 90_triggers/graph_strategy.sql
\ir 90_triggers/graph_trade.sql
\ir 90_triggers/graph_agent.sql
\ir 90_triggers/graph_correlation.sql
\ir 90_triggers/graph_influence.sql
\ir 90_triggers/graph_document.sql
\ir 90_triggers/graph_rekeyed.sql
\ir 90_triggers/graph_fill.sql

-- Is everything there and fresh?
\ir 92_ops/health.sql
\ir 92_ops/queue_depth.sql
\ir 92_ops/metric.sql
\ir 92_ops/market_metrics.sql
\ir 92_ops/metrics.sql

-- What the tables may be asked: the only schema for outsiders, and its grants.
\ir 95_api/schema.sql
\ir 95_api/market.sql
\ir 95_api/embeddings.sql
\ir 95_api/conditions.sql
\ir 95_api/similar_patterns.sql
\ir 95_api/pattern_statistics.sql
\ir 95_api/evaluate_patterns.sql
\ir 95_api/pattern_prompt.sql
\ir 95_api/strategies.sql
\ir 95_api/run_cycle.sql
\ir 95_api/halt.sql
\ir 95_api/risk.sql
\ir 95_api/limits.sql
\ir 95_api/breaker.sql
\ir 95_api/approvals.sql
\ir 95_api/alerts.sql
\ir 95_api/monitor.sql
\ir 95_api/scheduler.sql
\ir 95_api/news.sql
\ir 95_api/swarm.sql
\ir 95_api/place_order.sql
\ir 95_api/orders.sql
\ir 95_api/capital.sql
\ir 95_api/desk.sql
\ir 95_api/what_if.sql
\ir 95_api/portfolio.sql
\ir 95_api/cycle_report.sql
\ir 95_api/quote.sql
\ir 95_api/freshness.sql
\ir 95_api/snapshot.sql
\ir 95_api/pattern_query.sql
\ir 95_api/pattern_paths.sql
\ir 95_api/risk_status.sql
\ir 95_api/job_summary.sql
\ir 95_api/job_board.sql
\ir 95_api/retry_job.sql
\ir 95_api/whoami.sql
\ir 95_api/metrics.sql
\ir 95_api/models.sql
\ir 95_api/performance.sql
\ir 95_api/graph.sql
\ir 95_api/documents.sql
\ir 95_api/graph_nodes.sql
\ir 95_api/grants.sql

-- The door for programs and pages: keys, paths, sessions.
\ir 97_gateway/isolation.sql
\ir 97_gateway/api_key.sql
\ir 97_gateway/cookie_secret.sql
\ir 97_gateway/session.sql
\ir 97_gateway/answer.sql
\ir 97_gateway/listener.sql
\ir 97_gateway/job_watch.sql
\ir 97_gateway/routes.sql
\ir 97_gateway/problems.sql
\ir 97_gateway/grants.sql
