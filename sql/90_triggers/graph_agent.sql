-- Calls and actions -> AICall, TaskType, AgentAction, Regime, IndicatorSnapshot.

create or replace trigger _600_graph_call after insert on agent.call
referencing new table as changed
for each statement
execute function graph.on_rows_changed('call', 'call_id');
create or replace trigger _600_graph_call_updated after update on agent.call
referencing new table as changed
for each statement
execute function graph.on_rows_changed('call', 'call_id');
create or replace trigger _600_graph_call_deleted after delete on agent.call
referencing old table as gone
for each statement execute function graph.on_rows_deleted();

create or replace trigger _600_graph_action after insert on agent.action
referencing new table as changed
for each statement
execute function graph.on_rows_changed('action', 'cycle_id', 'executed', 'cycle_id');
create or replace trigger _600_graph_action_updated after update on agent.action
referencing new table as changed
for each statement
execute function graph.on_rows_changed('action', 'cycle_id', 'executed', 'cycle_id');
create or replace trigger _610_graph_action after insert on agent.action
referencing new table as changed
for each statement execute function graph.on_actions_changed();
create or replace trigger _610_graph_action_updated after update on agent.action
referencing new table as changed
for each statement execute function graph.on_actions_changed();
create or replace trigger _600_graph_action_deleted after delete on agent.action
referencing old table as gone
for each statement execute function graph.on_rows_deleted();
