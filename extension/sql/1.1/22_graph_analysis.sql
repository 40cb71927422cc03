-- graph: algorithms over the whole graph
--
-- Common arguments: labels keeps nodes with one of them, types keeps edges of
-- one of them (null: all), as_of keeps edges valid then (null: whatever their
-- validity), weighted uses the edges' weights (else each counts 1).

create function graph_pagerank(graph text, damping float8 default 0.85,
    iterations integer default 20, tolerance float8 default 0,
    restart bigint[] default null, restart_weights float8[] default null,
    labels text[] default null, types text[] default null,
    direction text default 'out', weighted boolean default false,
    as_of timestamptz default now())
    returns table (node_id bigint, score float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 100000;

comment on function graph_pagerank(text, float8, integer, float8, bigint[], float8[], text[], text[], text, boolean, timestamptz) is
    'PageRank (Page et al. 1998); with restart nodes personalised PageRank (Haveliwala 2002). Tolerance 0: exactly so many iterations from the restart distribution; above 0: the limit of the iterations, off by less than the tolerance in the sum over all nodes, in at most so many rounds over each cyclic part. Scores sum to 1.';

create function graph_degree(graph text, labels text[] default null,
    types text[] default null, as_of timestamptz default now())
    returns table (node_id bigint, out_degree bigint, in_degree bigint,
        out_weight float8, in_weight float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 100000;

comment on function graph_degree(text, text[], text[], timestamptz) is
    'Number and summed weight of the edges that leave and enter each node.';

create function graph_components(graph text, strong boolean default false,
    labels text[] default null, types text[] default null,
    as_of timestamptz default now())
    returns table (node_id bigint, component bigint)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 100000;

comment on function graph_components(text, boolean, text[], text[], timestamptz) is
    'Weakly or strongly connected components (Tarjan 1972); a component is named by its least node_id.';

create function graph_communities(graph text, resolution float8 default 1,
    seed bigint default 1, iterations integer default 3,
    labels text[] default null, types text[] default null,
    weighted boolean default true, as_of timestamptz default now())
    returns table (node_id bigint, community bigint, modularity float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 1000000;

comment on function graph_communities(text, float8, bigint, integer, text[], text[], boolean, timestamptz) is
    'Communities by the Leiden algorithm on modularity (Traag et al. 2019), edges taken without direction; a community is named by its least node_id, modularity is that of the whole division. The same seed gives the same answer.';

create function graph_label_propagation(graph text, seed bigint default 1,
    iterations integer default 20, labels text[] default null,
    types text[] default null, weighted boolean default true,
    as_of timestamptz default now())
    returns table (node_id bigint, community bigint, modularity float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 1000000;

comment on function graph_label_propagation(text, bigint, integer, text[], text[], boolean, timestamptz) is
    'Communities by label propagation (Raghavan et al. 2007), edges taken without direction: faster and coarser than graph_communities.';
