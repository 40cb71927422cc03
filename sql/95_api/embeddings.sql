-- All embeddings that the session may see, of all models: the tables differ in
-- dimensions.

create or replace function api.all_embeddings()
returns table (
    model text, tenant_id integer, source text, source_id bigint, content_hash bytea,
    dimensions integer, created_at timestamptz
)
language plpgsql stable rows 10000
-- As owner, whom the wall binds: tenant 0's and the session's tenant's rows.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    registered memory.model;
begin
    for registered in select m.* from memory.model as m order by m.model_id loop
        model := registered.name;
        dimensions := registered.dimensions;
        for tenant_id, source, source_id, content_hash, created_at in execute format(
            'select e.tenant_id, e.source, e.source_id, e.content_hash, e.created_at '
            'from memory.%I as e', registered.table_name
        ) loop
            return next;
        end loop;
    end loop;
end
$$;
comment on function api.all_embeddings() is
'What has been embedded, by which model and when: tenant 0''s and the session''s own.';
revoke all on function api.all_embeddings() from public;
grant execute on function api.all_embeddings()
to bellwether_analyst, bellwether_gateway;

create or replace view api.embeddings as
select
    e.model,
    e.source,
    e.source_id,
    e.dimensions,
    e.created_at
from api.all_embeddings() as e;
comment on view api.embeddings is
'What has been embedded, by which model; a snapshot''s source_id is its snapshot_id.';
grant select on api.embeddings to bellwether_analyst, bellwether_gateway;
