-- Where a walk through the graph can begin.
--
-- Example: select * from api.graph_nodes('Instrument', 'aap');

create or replace function api.graph_nodes(
    label text default null, search text default null, most integer default 50
)
returns table (key text, labels text[], degree bigint)
language plpgsql stable
security definer -- as everything in api; the walls hold for the owner too
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if (graph_nodes.most between 1 and 1000) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'most must be between 1 and 1000';
    end if;
    return query
    select n.key, n.labels, d.edges
    from desk.node as n
    cross join lateral (
        select
            (
                select count(*) from desk.edge as e
                where e.tenant_id = n.tenant_id and e.source = n.node_id
            ) + (
                select count(*) from desk.edge as e
                where e.tenant_id = n.tenant_id and e.target = n.node_id
            ) as edges
    ) as d
    where
        n.tenant_id = public.current_tenant()
        and (graph_nodes.label is null or n.labels @> array[graph_nodes.label])
        and (
            graph_nodes.search is null
            or strpos(lower(n.key), lower(graph_nodes.search)) > 0
        )
    order by d.edges desc, n.key
    limit graph_nodes.most;
end
$$;
comment on function api.graph_nodes(text, text, integer) is
'Nodes of the desk''s graph with a label, whose key holds a text, those with most edges '
'first.';
