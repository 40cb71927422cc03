-- Correlations -> RELATES_TO between instruments.

create or replace trigger _600_graph_correlation
after insert on graph.correlation
referencing new table as changed
for each statement
execute function graph.on_rows_changed('correlation', 'instrument_id');
create or replace trigger _600_graph_correlation_updated
after update on graph.correlation
referencing new table as changed
for each statement
execute function graph.on_rows_changed('correlation', 'instrument_id');
create or replace trigger _600_graph_correlation_deleted
after delete on graph.correlation
referencing old table as gone
for each statement execute function graph.on_rows_deleted();
