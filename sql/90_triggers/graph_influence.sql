-- News shown to agents, and what closed trades were like -> NewsItem, TradePattern.

create or replace trigger _620_graph_influence after insert on agent.action
referencing new table as changed
for each statement execute function graph.on_actions_influenced();

create or replace trigger _600_graph_influence after insert on graph.influence
referencing new table as changed
for each statement
execute function graph.on_rows_changed('influence', 'cycle_id');
create or replace trigger _600_graph_influence_deleted after delete on graph.influence
referencing old table as gone
for each statement execute function graph.on_rows_deleted();

create or replace trigger _600_graph_setup after insert on agent.setup
referencing new table as changed
for each statement execute function graph.on_rows_changed('setup', 'fill_id');
create or replace trigger _600_graph_setup_updated after update on agent.setup
referencing new table as changed
for each statement execute function graph.on_rows_changed('setup', 'fill_id');
create or replace trigger _600_graph_setup_deleted after delete on agent.setup
referencing old table as gone
for each statement execute function graph.on_rows_deleted();
