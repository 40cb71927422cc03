-- Fills and positions -> Trade, Position, Member, and during what it was.

create or replace trigger _600_graph_fill after insert on trade.fill
referencing new table as changed
for each statement
execute function graph.on_rows_changed('fill', 'fill_id');
create or replace trigger _600_graph_fill_updated after update on trade.fill
referencing new table as changed
for each statement
execute function graph.on_rows_changed('fill', 'fill_id');
create or replace trigger _610_graph_fill after insert on trade.fill
referencing new table as changed
for each statement execute function graph.on_fills_changed();
create or replace trigger _610_graph_fill_updated after update on trade.fill
referencing new table as changed
for each statement execute function graph.on_fills_changed();
create or replace trigger _600_graph_fill_deleted after delete on trade.fill
referencing old table as gone
for each statement execute function graph.on_rows_deleted();

create or replace trigger _600_graph_position after insert on trade.position
referencing new table as changed
for each statement
execute function graph.on_rows_changed('position', 'account_id');
create or replace trigger _600_graph_position_updated after update on trade.position
referencing new table as changed
for each statement
execute function graph.on_rows_changed('position', 'account_id');
create or replace trigger _600_graph_position_deleted after delete on trade.position
referencing old table as gone
for each statement execute function graph.on_rows_deleted();
