-- graph: walks from a node

create function graph_khop(graph text, start bigint, hops integer,
    types text[] default null, direction text default 'out',
    as_of timestamptz default now())
    returns table (node_id bigint, distance integer)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 1000 cost 1000;

comment on function graph_khop(text, bigint, integer, text[], text, timestamptz) is
    'Nodes that can be reached in at most so many hops, each with its least distance; the start itself has distance 0. direction is out, in or any; types null means all; edges count if valid at as_of (null: whatever their validity).';

create function graph_khop_count(graph text, start bigint, hops integer,
    types text[] default null, direction text default 'out',
    as_of timestamptz default now()) returns bigint
    as 'MODULE_PATHNAME' language c stable parallel restricted cost 1000;

comment on function graph_khop_count(text, bigint, integer, text[], text, timestamptz) is
    'How many rows graph_khop with these arguments has, without making them.';

create function graph_bfs(graph text, start bigint, max_hops integer default null,
    types text[] default null, direction text default 'out',
    as_of timestamptz default now())
    returns table (node_id bigint, distance integer, parent_id bigint, edge_id bigint)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 10000;

comment on function graph_bfs(text, bigint, integer, text[], text, timestamptz) is
    'Breadth-first tree from a node in the order of the search: each node with its distance, the node before it and the edge between.';
