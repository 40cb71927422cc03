-- Strategies, their versions and backtests -> Strategy, Config, Indicator, Backtest.

create or replace trigger _600_graph_strategy after insert on strategy.strategy
referencing new table as changed
for each statement
execute function graph.on_rows_changed('strategy', 'strategy_id');
create or replace trigger _600_graph_strategy_updated after update on strategy.strategy
referencing new table as changed
for each statement
execute function graph.on_rows_changed('strategy', 'strategy_id');
create or replace trigger _600_graph_strategy_deleted after delete on strategy.strategy
referencing old table as gone
for each statement execute function graph.on_rows_deleted();

create or replace trigger _600_graph_version after insert on strategy.version
referencing new table as changed
for each statement
execute function graph.on_rows_changed('version', 'strategy_id');
create or replace trigger _600_graph_version_updated after update on strategy.version
referencing new table as changed
for each statement
execute function graph.on_rows_changed('version', 'strategy_id');
create or replace trigger _600_graph_version_deleted after delete on strategy.version
referencing old table as gone
for each statement execute function graph.on_rows_deleted();

create or replace trigger _600_graph_backtest after insert on strategy.backtest
referencing new table as changed
for each statement
execute function graph.on_rows_changed('backtest', 'backtest_id');
create or replace trigger _600_graph_backtest_updated after update on strategy.backtest
referencing new table as changed
for each statement
execute function graph.on_rows_changed('backtest', 'backtest_id');
create or replace trigger _600_graph_backtest_deleted after delete on strategy.backtest
referencing old table as gone
for each statement execute function graph.on_rows_deleted();
