-- Tenants whose rows are older than what the graph makes of them: 90_triggers/graph_fill
-- makes their graphs anew at the end of the install. A later migration that adds kinds of
-- nodes or edges lists the tenants here again.

create table graph.stale (
    tenant_id integer not null
    constraint stale_tenant_fkey references tenant.tenant on delete cascade,
    constraint stale_pkey primary key (tenant_id)
);
comment on table graph.stale is
'Tenants whose graph the next install makes anew from their rows.';

-- Before the walls stand: afterwards the owner sees one tenant at a time.
insert into graph.stale (tenant_id) select t.tenant_id from tenant.tenant as t;

alter table graph.stale enable row level security, force row level security;
create policy tenant_isolation on graph.stale
using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
