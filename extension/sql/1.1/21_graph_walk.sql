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

create function graph_shortest_path(graph text, source bigint, target bigint,
    types text[] default null, direction text default 'out',
    weighted boolean default false, as_of timestamptz default now())
    returns table (step integer, node_id bigint, edge_id bigint, cost float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10 cost 10000;

comment on function graph_shortest_path(text, bigint, bigint, text[], text, boolean, timestamptz) is
    'A path with the fewest hops or, weighted, of least cost (Dijkstra 1959, from both ends): one row a node, step 0 is the source, edge_id leads to the node, cost is the cost so far. No row if there is no path.';

create function graph_k_shortest_paths(graph text, source bigint, target bigint,
    k integer, types text[] default null, direction text default 'out',
    weighted boolean default true, as_of timestamptz default now())
    returns table (path integer, step integer, node_id bigint, edge_id bigint,
        cost float8)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 100 cost 100000;

comment on function graph_k_shortest_paths(text, bigint, bigint, integer, text[], text, boolean, timestamptz) is
    'The k cheapest paths that visit no node twice, cheapest first (Yen 1971); rows as of graph_shortest_path, path counts from 1.';

create function graph_all_shortest_paths(graph text, source bigint, target bigint,
    types text[] default null, direction text default 'out',
    as_of timestamptz default now(), max_rows bigint default null)
    returns table (end_id bigint, node_ids bigint[], edge_ids bigint[])
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10 cost 10000;

comment on function graph_all_shortest_paths(text, bigint, bigint, text[], text, timestamptz, bigint) is
    'Every path with the fewest hops between two nodes, one row a path; at most max_rows of them.';

create function graph_trails(graph text, start bigint, min_hops integer default 1,
    max_hops integer default null, types text[] default null,
    direction text default 'out', as_of timestamptz default now(),
    max_rows bigint default null)
    returns table (end_id bigint, node_ids bigint[], edge_ids bigint[])
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 1000 cost 10000;

comment on function graph_trails(text, bigint, integer, integer, text[], text, timestamptz, bigint) is
    'Every way from a node that takes no edge twice, with min_hops to max_hops edges: what a variable-length pattern of Cypher matches. Their number can grow exponentially: give max_hops or max_rows.';

create function graph_costs(graph text, start bigint, types text[] default null,
    direction text default 'out', as_of timestamptz default now())
    returns table (node_id bigint, cost float8, parent_id bigint, edge_id bigint)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 10000 cost 100000;

comment on function graph_costs(text, bigint, text[], text, timestamptz) is
    'Least cost from a node to every node it reaches (Dijkstra 1959), with the node before and the edge between.';
