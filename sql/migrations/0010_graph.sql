-- The desk as a property graph, and the correlations that are edges of it.

create schema graph;
comment on schema graph is
'How the rows of the desk become nodes and edges of the graph `desk`.';

select create_graph('desk', tenanted => true);
comment on schema desk is
'The desk''s property graph; kept by triggers, made anew by graph.rebuild.';

create table graph.correlation (
    tenant_id integer not null default current_tenant()
    constraint correlation_tenant_fkey references tenant.tenant,
    instrument_id integer not null
    constraint correlation_instrument_fkey references market.instrument,
    other_id integer not null
    constraint correlation_other_fkey references market.instrument,
    symbol text not null,
    other text not null,
    correlation double precision not null
    constraint correlation_correlation check (correlation between -1 and 1),
    bars integer not null constraint correlation_bars check (bars > 1),
    as_of timestamptz not null,
    constraint correlation_pkey primary key (tenant_id, instrument_id, other_id),
    constraint correlation_once check (instrument_id < other_id)
);
comment on table graph.correlation is
'Correlation of daily returns of the instruments in a tenant''s graph, each pair once.';
comment on column graph.correlation.bars is 'How many returns both had.';
alter table graph.correlation enable row level security, force row level security;
create policy tenant_isolation on graph.correlation
using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
