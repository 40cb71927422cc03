-- Rows that now say something else of what they belong to: edges that they had may have
-- to go, which only all rows together tell. Corrections by hand; of our flows only a
-- document that is given another strategy does it.

create or replace trigger _590_graph_version_rekeyed
after update of strategy_id, version, config on strategy.version
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_backtest_rekeyed
after update of strategy_id, symbols on strategy.backtest
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_orders_rekeyed
after update of decision_id, placed_by on trade.orders
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_fill_rekeyed
after update of
order_id, account_id, instrument_id, symbol, quantity, closed_quantity on trade.fill
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_position_rekeyed
after update of account_id, instrument_id, symbol on trade.position
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_call_rekeyed
after update of task on agent.call
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_cycle_rekeyed
after update of strategy_id on agent.cycle
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_decision_rekeyed
after update of cycle_id, symbol on agent.decision
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_action_rekeyed
after update of agent, symbol, regime, snapshot_id on agent.action
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_setup_rekeyed
after update of account_id, fill_id, symbol, snapshot_id on agent.setup
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_correlation_rekeyed
after update of symbol, other on graph.correlation
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_influence_rekeyed
after update of cycle_id, agent, symbol, news_id on graph.influence
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_document_rekeyed
after update of strategy_id on memory.document
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_section_rekeyed
after update of section, symbols, indicators on memory.section
for each statement execute function graph.on_rows_rekeyed();
create or replace trigger _590_graph_snippet_rekeyed
after update of section, snippet on memory.snippet
for each statement execute function graph.on_rows_rekeyed();
