-- graph: scores of nodes (arguments as in 22_graph_analysis.sql)

create function graph_triangles(graph text, labels text[] default null,
    types text[] default null, as_of timestamptz default now())
    returns table (node_id bigint, triangles bigint, clustering float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 1000000;

comment on function graph_triangles(text, text[], text[], timestamptz) is
    'Triangles at each node and the part of its pairs of neighbours that are neighbours (Watts, Strogatz 1998; null below two), edges taken once and without direction.';

create function graph_similar(graph text, node bigint, labels text[] default null,
    types text[] default null, as_of timestamptz default now())
    returns table (node_id bigint, common bigint, jaccard float8, adamic_adar float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 1000 cost 100000;

comment on function graph_similar(text, bigint, text[], text[], timestamptz) is
    'Nodes that share neighbours with a node: how many, as part of all neighbours of both (Jaccard), and weighted against hubs (Adamic, Adar 2003); edges taken once and without direction.';

create function graph_betweenness(graph text, samples integer default 256,
    seed bigint default 1, labels text[] default null, types text[] default null,
    direction text default 'out', as_of timestamptz default now())
    returns table (node_id bigint, score float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 10000000;

comment on function graph_betweenness(text, integer, bigint, text[], text[], text, timestamptz) is
    'How many shortest paths (by hops) lead through each node (Brandes 2001), estimated from so many random sources (Brandes, Pich 2007); samples null: from all, exact.';

create function graph_debtrank(graph text, shocked bigint[],
    shocks float8[] default null, linear boolean default false,
    iterations integer default 1000, tolerance float8 default 1e-12,
    labels text[] default null, types text[] default null,
    direction text default 'out', as_of timestamptz default now())
    returns table (node_id bigint, shock float8, distress float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 1000 cost 100000;

comment on function graph_debtrank(text, bigint[], float8[], boolean, integer, float8, text[], text[], text, timestamptz) is
    'Contagion of a shock (parts from 0 to 1, null: all lost) along edges whose weight is the impact on the target: DebtRank (Battiston et al. 2012), each node passing on once, or linear (Bardoscia et al. 2015), every rise passed on. One row a node in distress.';

create function graph_recommend(graph text, node bigint, beta float8 default 0.6,
    labels text[] default null, types text[] default null,
    weighted boolean default false, as_of timestamptz default now())
    returns table (node_id bigint, score float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 1000 cost 100000;

comment on function graph_recommend(text, bigint, float8, text[], text[], boolean, timestamptz) is
    'What nodes like this one lead to and it does not: RP3beta (Paudel et al. 2017), walks of three steps along out, in and out, divided by the found node''s degree to the power beta.';

create function graph_fastrp(graph text, dimensions integer default 128,
    weights float8[] default '{0,0,1,1}', exponent float8 default 0,
    seed bigint default 1, labels text[] default null, types text[] default null,
    direction text default 'any', weighted boolean default false,
    as_of timestamptz default now())
    returns table (node_id bigint, embedding vector)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 10000000;

comment on function graph_fastrp(text, integer, float8[], float8, bigint, text[], text[], text, boolean, timestamptz) is
    'Embeddings of nodes by random projection (FastRP, Chen et al. 2019): weights are those of 0, 1, 2, ... steps, exponent is that of the degrees. The same seed gives the same answer; all zeros where a node has no neighbours to speak for it.';
