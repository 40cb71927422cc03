-- Documents -> Doc, Section, CodeSnippet.

create or replace trigger _600_graph_document after insert on memory.document
referencing new table as changed
for each statement execute function graph.on_rows_changed('document', 'document_id');
create or replace trigger _600_graph_document_updated after update on memory.document
referencing new table as changed
for each statement execute function graph.on_rows_changed('document', 'document_id');
create or replace trigger _600_graph_document_deleted after delete on memory.document
referencing old table as gone
for each statement execute function graph.on_rows_deleted();

create or replace trigger _600_graph_section after insert on memory.section
referencing new table as changed
for each statement execute function graph.on_rows_changed('document', 'document_id');
create or replace trigger _600_graph_section_updated after update on memory.section
referencing new table as changed
for each statement execute function graph.on_rows_changed('document', 'document_id');
create or replace trigger _600_graph_section_deleted after delete on memory.section
referencing old table as gone
for each statement execute function graph.on_rows_deleted();

create or replace trigger _600_graph_snippet after insert on memory.snippet
referencing new table as changed
for each statement execute function graph.on_rows_changed('document', 'document_id');
create or replace trigger _600_graph_snippet_updated after update on memory.snippet
referencing new table as changed
for each statement execute function graph.on_rows_changed('document', 'document_id');
create or replace trigger _600_graph_snippet_deleted after delete on memory.snippet
referencing old table as gone
for each statement execute function graph.on_rows_deleted();
