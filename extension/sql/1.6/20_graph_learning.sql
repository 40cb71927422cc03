-- graph: what can be learnt from a graph in closed form (arguments as in
-- 1.1/22_graph_analysis.sql)

create function graph_propagate(graph text, nodes bigint[], features vector[],
    hops integer default 2, restart float8 default 0,
    labels text[] default null, types text[] default null,
    weighted boolean default false, as_of timestamptz default now())
    returns table (node_id bigint, feature vector)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 10000000;

comment on function graph_propagate(text, bigint[], vector[], integer, float8, text[], text[], boolean, timestamptz) is
    'Features of nodes smoothed over their neighbours, edges taken without direction, each node its own neighbour too: restart 0 is SGC (Wu et al. 2019), so many steps of the normalised adjacency; above 0 it is APPNP (Gasteiger et al. 2019), which goes back to the features with that part in each step. Nodes without features begin with zeros.';

create function graph_ease(graph text, nodes bigint[] default null,
    most integer default 10, regularisation float8 default 200,
    labels text[] default null, types text[] default null,
    weighted boolean default false, as_of timestamptz default now())
    returns table (node_id bigint, item_id bigint, score float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 10000000;

comment on function graph_ease(text, bigint[], integer, float8, text[], text[], boolean, timestamptz) is
    'What nodes do not lead to yet and others like them do, the best items of each (null: of all that lead somewhere): EASE (Steck 2019), a linear model of which items go together, solved exactly. Time grows with the third power of the number of items, memory with the second (16 bytes a pair).';
