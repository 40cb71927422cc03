-- Rows -> nodes and edges.
--
-- Example: select graph.rebuild(1);            -- nodes and edges there are now
--          select graph.export_tenant(1);      -- {"nodes": [...], "edges": [...]}

-- The nodes and edges of rows that changed: one function a part, graph._refresh_action
-- and so on, over the part's own views. A session keeps its plan, which is short. (One
-- plan for all parts takes a session 30 ms to make and has forty branches to start.)
do $make$
declare
    part text;
    edges text;
begin
    for part in
        select substr(c.relname, length('node_of_') + 1) from pg_class as c
        where c.relnamespace = 'graph'::regnamespace and c.relname like 'node\_of\_%'
    loop
        edges := case
            when to_regclass('graph.edge_of_' || part) is not null then format($body$
                perform
                    public.graph_upsert_edges('desk', coalesce(jsonb_agg(
                        jsonb_build_object(
                            'source', e.source, 'target', e.target, 'type', e.type,
                            'properties', e.properties, 'weight', e.weight
                        ) order by e.source collate "C", e.type, e.target collate "C"
                    ) filter (where e.holds), '[]')),
                    public.graph_delete_edges('desk', coalesce(jsonb_agg(
                        jsonb_build_object(
                            'source', e.source, 'target', e.target, 'type', e.type
                        ) order by e.source collate "C", e.type, e.target collate "C"
                    ) filter (where not e.holds), '[]'))
                from (
                    select distinct
                        v.source, v.target, v.type, v.properties, v.weight, v.holds
                    from graph.%I as v where v.row_id = any (ids)
                ) as e
                having count(*) > 0;
            $body$, 'edge_of_' || part)
            else ''
        end;
        execute format($body$
            create or replace function graph.%I(ids bigint[])
            returns void
            language plpgsql
            set search_path = pg_catalog, pg_temp
            set plan_cache_mode = force_generic_plan
            as $$
            begin
                -- In the order of the keys, so that two sessions meet without a
                -- deadlock.
                perform public.graph_upsert_nodes('desk', jsonb_agg(
                    jsonb_build_object(
                        'key', n.key, 'labels', n.labels, 'properties', n.properties
                    ) order by n.key collate "C"
                ))
                from (
                    select distinct v.key, v.labels, v.properties
                    from graph.%I as v where v.row_id = any (ids)
                ) as n
                having count(*) > 0;
                %s
            end
            $$
        $body$, '_refresh_' || part, 'node_of_' || part, edges);
        execute format(
            'comment on function graph.%I(bigint[]) is %L', '_refresh_' || part,
            format('Writes the nodes and edges that follow from rows of %s.', part)
        );
    end loop;
end
$make$;
drop function if exists graph._refresh_rows(text, bigint[]);

-- ids null: every row of the part; part null: every part.
create or replace function graph.refresh(part text, ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A rebuild of this tenant waits for us, and we for it.
    perform pg_advisory_xact_lock_shared(
        'graph.correlation'::regclass::oid::integer, public.current_tenant()
    );
    if refresh.part is not null and refresh.ids is not null then
        execute format('select graph.%I($1)', '_refresh_' || refresh.part)
        using refresh.ids;
        return;
    end if;
    perform public.graph_upsert_nodes('desk', coalesce(jsonb_agg(
        jsonb_build_object('key', n.key, 'labels', n.labels, 'properties', n.properties)
        order by n.key collate "C"
    ), '[]'))
    from (
        select distinct v.key, v.labels, v.properties from graph.node_of as v
        where (refresh.part is null or v.part = refresh.part)
        and (refresh.ids is null or v.row_id = any (refresh.ids))
    ) as n;
    perform
        public.graph_upsert_edges('desk', coalesce(jsonb_agg(
            jsonb_build_object(
                'source', e.source, 'target', e.target, 'type', e.type,
                'properties', e.properties, 'weight', e.weight
            ) order by e.source collate "C", e.type, e.target collate "C"
        ) filter (where e.holds), '[]')),
        public.graph_delete_edges('desk', coalesce(jsonb_agg(
            jsonb_build_object('source', e.source, 'target', e.target, 'type', e.type)
            order by e.source collate "C", e.type, e.target collate "C"
        ) filter (where not e.holds), '[]'))
    from (
        select distinct
            v.source, v.target, v.type, v.properties, v.weight, v.holds
        from graph.edge_of as v
        where (refresh.part is null or v.part = refresh.part)
        and (refresh.ids is null or v.row_id = any (refresh.ids))
    ) as e;
end
$$;
comment on function graph.refresh(text, bigint[]) is
'Writes the nodes and edges that follow from some rows of the session''s tenant.';

create or replace function graph.enter(tenant integer)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    before constant text := current_setting('bellwether.tenant');
begin
    if enter.tenant is null then
        raise exception using
            errcode = 'null_value_not_allowed', message = 'tenant must not be null';
    end if;
    if not exists (select from tenant.tenant as t where t.tenant_id = enter.tenant) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('there is no tenant %s', enter.tenant);
    end if;
    -- A trigger is inside already, and may not choose.
    if before is distinct from enter.tenant::text then
        perform set_config('bellwether.tenant', enter.tenant::text, true);
    end if;
    return before;
end
$$;
comment on function graph.enter(integer) is
'Goes inside a tenant''s walls, which only who may choose the tenant can; returns '
'where the session was, for graph.leave.';

create or replace function graph.leave(before text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if leave.before is distinct from current_setting('bellwether.tenant') then
        perform set_config('bellwether.tenant', leave.before, true);
    end if;
end
$$;
comment on function graph.leave(text) is
'Goes back to where the session was before graph.enter.';

create or replace function graph.rebuild(tenant integer)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    before constant text := graph.enter(rebuild.tenant);
    made jsonb;
begin
    perform pg_advisory_xact_lock(
        'graph.correlation'::regclass::oid::integer, rebuild.tenant
    );
    perform public.graph_clear('desk');
    perform graph.refresh(null, null);
    select jsonb_build_object('nodes', i.nodes, 'edges', i.edges) into made
    from public.graph_info('desk') as i;
    perform graph.leave(before);
    return made;
end
$$;
comment on function graph.rebuild(integer) is
'Makes a tenant''s graph anew from its rows; it is the same graph. Returns how many '
'nodes and edges it has.';

create or replace function graph.export_tenant(tenant integer)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    before constant text := graph.enter(export_tenant.tenant);
    exported jsonb;
begin
    select jsonb_build_object(
        'nodes', coalesce((
            select jsonb_agg(
                jsonb_build_object(
                    'key', n.key, 'labels', n.labels, 'properties', n.properties
                ) order by n.key collate "C"
            )
            from desk.node as n where n.tenant_id = export_tenant.tenant
        ), '[]'),
        'edges', coalesce((
            select jsonb_agg(
                jsonb_build_object(
                    'source', s.key, 'target', t.key, 'type', e.type,
                    'weight', e.weight, 'properties', e.properties
                ) order by s.key collate "C", e.type, t.key collate "C", e.key
            )
            from desk.edge as e
            inner join desk.node as s
                on e.tenant_id = s.tenant_id and e.source = s.node_id
            inner join desk.node as t
                on e.tenant_id = t.tenant_id and e.target = t.node_id
            where e.tenant_id = export_tenant.tenant
        ), '[]')
    ) into exported;
    perform graph.leave(before);
    return exported;
end
$$;
comment on function graph.export_tenant(integer) is
'A tenant''s graph by the keys of its nodes, in their order; equal graphs give equal '
'text.';

create or replace function graph.delete_tenant(tenant integer)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    before constant text := graph.enter(delete_tenant.tenant);
    removed bigint;
begin
    perform pg_advisory_xact_lock(
        'graph.correlation'::regclass::oid::integer, delete_tenant.tenant
    );
    removed := public.graph_clear('desk');
    perform graph.leave(before);
    return removed;
end
$$;
comment on function graph.delete_tenant(integer) is
'Deletes a tenant''s graph and returns how many nodes it had; the rows stay, and '
'graph.rebuild brings it back.';
