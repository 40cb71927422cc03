-- graph: a property graph in ordinary tables
--
-- create_graph('g') makes the schema g, owned by the caller, with two tables:
--
--   g.node  tenant_id   integer  not null default 0 (tenanted: current_tenant())
--           node_id     bigint   identity; unique over the whole graph
--           key         text     the node's name outside, null if it has none
--           labels      text[]   not null default '{}'
--           properties  jsonb    an object, not null default '{}'
--     primary key (tenant_id, node_id), unique (tenant_id, key),
--     node_labels: gin (labels)
--
--   g.edge  tenant_id   integer  as above
--           edge_id     bigint   identity; unique over the whole graph
--           source      bigint   not null  -> node (tenant_id, node_id)
--           target      bigint   not null  -> node (tenant_id, node_id)
--           type        text     not null
--           key         text     null, or tells parallel edges of upserts apart
--           weight      float8   finite, not null default 1
--           valid_from  timestamptz  null: since ever
--           valid_to    timestamptz  null: for ever; the end does not belong
--           properties  jsonb    an object, not null default '{}'
--     primary key (tenant_id, edge_id),
--     edge_key: unique (tenant_id, source, type, target, key) where key is not null
--     edge_out: (tenant_id, source, type)
--               include (target, edge_id, weight, valid_from, valid_to)
--     edge_in:  (tenant_id, target, type)
--               include (source, edge_id, weight, valid_from, valid_to)
--
-- The tenant of a call is what the default of node.tenant_id says at that moment;
-- every statement of this family leads with tenant_id = that value. A tenanted
-- graph has forced row-level security on both tables, policy tenant_isolation:
-- tenant_id = current_tenant().
--
-- Deleting a node that has edges is refused by the foreign keys: delete its
-- edges first (DETACH DELETE). graph_index(g, label, property) creates the partial
-- index on node (tenant_id, graph_key(properties, property)) where labels @>
-- array[label], which serves
--   tenant_id = T and labels @> array['L'] and graph_key(properties, 'p') = K
-- also under row-level security (graph_key and = are leakproof); K is
-- graph_key(value jsonb), so 1 and 1.0 meet.
--
-- The triggers graph_begin and graph_change (always enabled) tell cached adjacency
-- what a transaction changed; explanation: src/graph/change.c.

create function graph_key(properties jsonb, property text) returns text
    as 'MODULE_PATHNAME', 'graph_key_property'
    language c immutable strict parallel safe leakproof;

comment on function graph_key(jsonb, text) is
    'Text by which a property is compared for equality in indexes: s and the string, n and the shortest decimal form of the number, t, f; null for a missing value, a list or a map.';

create function graph_key(value jsonb) returns text
    as 'MODULE_PATHNAME', 'graph_key_value'
    language c immutable strict parallel safe leakproof;

comment on function graph_key(jsonb) is
    'The text of graph_key(properties, property) for a value.';

-- What each transaction changed, for the adjacency that other sessions have cached.
-- Unlogged, and not dumped, because nothing that outlives a crash or a restore has
-- cached anything. Only the C code reads and writes it.
create unlogged table graph_changed (
    relation oid not null,
    xid xid8 not null,
    ids bigint[]
);

create index graph_changed_xid on graph_changed (xid);

revoke all on graph_changed from public;

comment on table graph_changed is
    'For each transaction that changed a graph table: the ids of the rows, null for too many. Kept by the triggers of create_graph; older rows are dropped, and then a row with relation 0 says up to which transaction.';

create function graph_begin() returns trigger
    as 'MODULE_PATHNAME' language c;

comment on function graph_begin() is
    'Statement trigger of a graph''s tables: a change of this graph is on its way.';

create function graph_change() returns trigger
    as 'MODULE_PATHNAME' language c;

comment on function graph_change() is
    'Statement trigger of a graph''s tables: notes which rows changed for cached adjacency.';

-- one statement trigger an operation, because transition tables want it so
create function graph_make_triggers(graph text, relation text) returns void
    language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    event text;
    clause text;
begin
    foreach event in array '{insert,update,delete,truncate}'::text[] loop
        clause := case event
            when 'insert' then 'referencing new table as inserted'
            when 'update' then 'referencing old table as deleted new table as inserted'
            when 'delete' then 'referencing old table as deleted'
            else '' end;
        execute format(
            'create trigger graph_begin_%1$s before %1$s on %2$I.%3$I'
            ' for each statement execute function public.graph_begin()',
            event, graph, relation);
        execute format(
            'create trigger graph_change_%1$s after %1$s on %2$I.%3$I %4$s'
            ' for each statement execute function public.graph_change()',
            event, graph, relation, clause);
        execute format(
            'alter table %2$I.%3$I enable always trigger graph_begin_%1$s,'
            ' enable always trigger graph_change_%1$s', event, graph, relation);
    end loop;
    -- the apply worker of a subscription fires row triggers only
    execute format(
        'create trigger graph_change_row after insert or update or delete on %1$I.%2$I'
        ' for each row execute function public.graph_change()', graph, relation);
    execute format('alter table %1$I.%2$I enable replica trigger graph_change_row',
        graph, relation);
end
$$;

comment on function graph_make_triggers(text, text) is
    'Puts the triggers of cached adjacency on one table of a graph; create_graph calls it.';

create function create_graph(name text, tenanted boolean default false) returns void
    language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    tenant text := case when tenanted then 'public.current_tenant()' else '0' end;
    relation text;
begin
    if name is null or tenanted is null then
        raise exception using errcode = 'null_value_not_allowed',
            message = 'graph name and tenanted must not be null';
    end if;
    if name = '' or octet_length(name) > 63 or name ~ '^pg_' then
        raise exception using errcode = 'invalid_name',
            message = format('invalid graph name "%s"', name),
            hint = 'A graph is a schema: 1 to 63 bytes, not beginning with pg_.';
    end if;
    if to_regnamespace(quote_ident(name)) is not null then
        raise exception using errcode = 'duplicate_schema',
            message = format('schema "%s" already exists', name);
    end if;
    execute format('create schema %I', name);
    execute format($ddl$
        create table %1$I.node (
            tenant_id integer not null default %2$s,
            node_id bigint not null generated by default as identity,
            key text,
            labels text[] not null default '{}',
            properties jsonb not null default '{}',
            constraint node_pkey primary key (tenant_id, node_id),
            constraint node_key unique (tenant_id, key),
            constraint node_labels_named check (array_position(labels, null) is null),
            constraint node_properties_object
                check (jsonb_typeof(properties) = 'object')
        );
        create index node_labels on %1$I.node using gin (labels);
        create table %1$I.edge (
            tenant_id integer not null default %2$s,
            edge_id bigint not null generated by default as identity,
            source bigint not null,
            target bigint not null,
            type text not null,
            key text,
            weight float8 not null default 1,
            valid_from timestamptz,
            valid_to timestamptz,
            properties jsonb not null default '{}',
            constraint edge_pkey primary key (tenant_id, edge_id),
            constraint edge_source foreign key (tenant_id, source)
                references %1$I.node (tenant_id, node_id),
            constraint edge_target foreign key (tenant_id, target)
                references %1$I.node (tenant_id, node_id),
            constraint edge_weight_finite
                check (weight > '-infinity' and weight < 'infinity'),
            constraint edge_validity check (valid_from <= valid_to),
            constraint edge_properties_object
                check (jsonb_typeof(properties) = 'object')
        );
        create unique index edge_key on %1$I.edge
            (tenant_id, source, type, target, key) where key is not null;
        create index edge_out on %1$I.edge (tenant_id, source, type)
            include (target, edge_id, weight, valid_from, valid_to);
        create index edge_in on %1$I.edge (tenant_id, target, type)
            include (source, edge_id, weight, valid_from, valid_to);
        $ddl$, name, tenant);
    execute format('comment on schema %I is %L', name,
        'Property graph made by create_graph.');
    execute format('comment on table %I.node is %L', name,
        'Nodes of the graph: labels, properties, and the key by which the outside knows them.');
    execute format('comment on table %I.edge is %L', name,
        'Edges of the graph: source to target, with type, weight and time of validity.');
    foreach relation in array '{node,edge}'::text[] loop
        perform public.graph_make_triggers(name, relation);
        if tenanted then
            execute format('alter table %I.%I enable row level security,'
                ' force row level security', name, relation);
            execute format('create policy tenant_isolation on %I.%I'
                ' using (tenant_id = public.current_tenant())'
                ' with check (tenant_id = public.current_tenant())', name, relation);
        end if;
    end loop;
end
$$;

comment on function create_graph(text, boolean) is
    'Creates a property graph: a schema of that name with the tables node and edge, owned by the caller. A tenanted graph takes tenant_id from current_tenant() and has row-level security.';

-- the schema of a graph, or an error: what other functions of this file begin with
create function graph_require(name text) returns void
    language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    if name is null or not exists (
        select 1 from pg_trigger t
        join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = to_regnamespace(quote_ident(name))
            and c.relname = 'edge'
            and t.tgfoid = 'public.graph_change()'::regprocedure
    ) then
        raise exception using errcode = 'invalid_schema_name',
            message = format('graph "%s" does not exist', name),
            hint = 'select * from graph_info() lists the graphs of this database.';
    end if;
end
$$;

comment on function graph_require(text) is
    'Raises an error if no graph has this name.';

create function drop_graph(name text, cascade boolean default false) returns void
    language plpgsql set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
begin
    perform public.graph_require(name);
    if cascade then
        execute format('drop schema %I cascade', name);
    else
        execute format('drop table %1$I.edge, %1$I.node', name);
        execute format('drop schema %I', name);
    end if;
end
$$;

comment on function drop_graph(text, boolean) is
    'Drops a graph and its schema; with cascade also what others made in that schema or hung on its tables.';

create function graph_clear(name text) returns bigint
    language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    removed bigint;
begin
    perform public.graph_require(name);
    execute format('delete from %I.edge where tenant_id = public.graph_tenant($1)', name)
        using name;
    execute format('delete from %I.node where tenant_id = public.graph_tenant($1)', name)
        using name;
    get diagnostics removed = row_count;
    return removed;
end
$$;

comment on function graph_clear(text) is
    'Deletes all nodes and edges of this tenant''s graph and returns the number of nodes; an ordinary DELETE that can be rolled back.';

create function graph_tenant(graph text) returns integer
    as 'MODULE_PATHNAME' language c stable strict parallel safe;

comment on function graph_tenant(text) is
    'Tenant whose rows calls on this graph read and write now: the value of the default of node.tenant_id.';

create function graph_info(name text default null)
    returns table (graph text, owner text, tenanted boolean, nodes bigint, edges bigint,
        bytes bigint)
    language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    found_graph record;
begin
    if name is not null then
        perform public.graph_require(name);
    end if;
    for found_graph in
        select n.nspname, pg_get_userbyid(c.relowner) as owner, c.relrowsecurity,
            c.oid as edge, to_regclass(format('%I.node', n.nspname)) as node
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relname = 'edge' and (name is null or n.nspname = name)
            and has_schema_privilege(n.oid, 'usage')
            and has_table_privilege(c.oid, 'select')
            and exists (select 1 from pg_trigger t where t.tgrelid = c.oid
                and t.tgfoid = 'public.graph_change()'::regprocedure)
        order by n.nspname
    loop
        graph := found_graph.nspname;
        owner := found_graph.owner;
        tenanted := found_graph.relrowsecurity;
        bytes := pg_total_relation_size(found_graph.edge)
            + pg_total_relation_size(found_graph.node);
        execute format('select (select count(*) from %1$I.node'
            ' where tenant_id = public.graph_tenant($1)), (select count(*) from'
            ' %1$I.edge where tenant_id = public.graph_tenant($1))', graph)
            using graph into nodes, edges;
        return next;
    end loop;
end
$$;

comment on function graph_info(text) is
    'The graphs this role may read: owner, exact numbers of this tenant''s nodes and edges, bytes on disk of all tenants.';

create function graph_index(name text, label text, property text default null)
    returns text
    language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    index_name text;
begin
    perform public.graph_require(name);
    if label is null then
        raise exception using errcode = 'null_value_not_allowed',
            message = 'label must not be null';
    end if;
    -- readable as long as it fits, unique always
    index_name := format('node_%s_%s_%s', left(label, 16),
        left(coalesce(property, 'label'), 16),
        left(md5(jsonb_build_array(label, property)::text), 8));
    execute format('create index if not exists %I on %I.node (tenant_id, %s)'
        ' where labels @> array[%L]', index_name, name,
        case when property is null then 'node_id'
            else format('public.graph_key(properties, %L)', property) end,
        label);
    execute format('analyze %I.node', name);
    return index_name;
end
$$;

comment on function graph_index(text, text, text) is
    'Creates the index that compiled queries use for nodes of a label by a property, or by the label alone; returns its name. Repeating it changes nothing.';

create function graph_upsert_node(graph text, key text, labels text[] default '{}',
    properties jsonb default '{}') returns bigint
    as 'MODULE_PATHNAME' language c volatile parallel unsafe;

comment on function graph_upsert_node(text, text, text[], jsonb) is
    'Inserts the node with this key or replaces its labels and properties; returns its node_id. An unchanged node is not written.';

create function graph_upsert_edge(graph text, source text, target text, type text,
    properties jsonb default '{}', weight float8 default 1,
    valid_from timestamptz default null, valid_to timestamptz default null,
    key text default '') returns bigint
    as 'MODULE_PATHNAME' language c volatile parallel unsafe;

comment on function graph_upsert_edge(text, text, text, text, jsonb, float8, timestamptz, timestamptz, text) is
    'Inserts the edge between the nodes with these keys or replaces its values; one edge for each source, type, target and key. Returns its edge_id; an unchanged edge is not written.';

create function graph_upsert_nodes(graph text, nodes jsonb) returns bigint
    as 'MODULE_PATHNAME' language c volatile strict parallel unsafe;

comment on function graph_upsert_nodes(text, jsonb) is
    'Upserts many nodes in one statement: [{"key", "labels", "properties"}, ...]. Of equal keys the last one counts. Returns how many were written.';

create function graph_upsert_edges(graph text, edges jsonb) returns bigint
    as 'MODULE_PATHNAME' language c volatile strict parallel unsafe;

comment on function graph_upsert_edges(text, jsonb) is
    'Upserts many edges in one statement: [{"source", "target", "type", "properties", "weight", "valid_from", "valid_to", "key"}, ...], source and target being keys of nodes. Returns how many were written.';

create function graph_delete_nodes(graph text, keys text[]) returns bigint
    as 'MODULE_PATHNAME' language c volatile strict parallel unsafe;

comment on function graph_delete_nodes(text, text[]) is
    'Deletes the nodes with these keys and every edge at them; returns the number of nodes.';

create function graph_delete_edges(graph text, edges jsonb) returns bigint
    as 'MODULE_PATHNAME' language c volatile strict parallel unsafe;

comment on function graph_delete_edges(text, jsonb) is
    'Deletes the edges [{"source", "target", "type", "key"}, ...] named by the keys of their nodes; returns how many there were.';
