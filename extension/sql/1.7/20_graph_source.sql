-- graph: where the walks that had no reference come from

comment on function graph_khop(text, bigint, integer, text[], text, timestamptz) is
    'Nodes that can be reached in at most so many hops, each with its least distance (breadth first: Moore 1959); the start itself has distance 0. direction is out, in or any; types null means all; edges count if valid at as_of (null: whatever their validity).';

comment on function graph_bfs(text, bigint, integer, text[], text, timestamptz) is
    'Breadth-first tree from a node in the order of the search (Moore 1959): each node with its distance, the node before it and the edge between.';

comment on function graph_shortest_path(text, bigint, bigint, text[], text, boolean, timestamptz) is
    'A path with the fewest hops (breadth first from both ends: Pohl 1971) or, weighted, of least cost (Dijkstra 1959, from both ends): one row a node, step 0 is the source, edge_id leads to the node, cost is the cost so far. No row if there is no path.';

comment on function graph_all_shortest_paths(text, bigint, bigint, text[], text, timestamptz, bigint) is
    'Every path with the fewest hops between two nodes, one row a path, along the predecessors of a breadth-first search (Brandes 2001, section 3); at most max_rows of them.';

comment on function graph_trails(text, bigint, integer, integer, text[], text, timestamptz, bigint) is
    'Every way from a node that takes no edge twice, with min_hops to max_hops edges, depth first (Tarjan 1972): what a variable-length pattern of Cypher matches. Their number can grow exponentially: give max_hops or max_rows.';

comment on function graph_degree(text, text[], text[], timestamptz) is
    'Number and summed weight of the edges that leave and enter each node: its degree centrality (Freeman 1979), not scaled.';

comment on function graph_components(text, boolean, text[], text[], timestamptz) is
    'Weakly (union and find: Tarjan, van Leeuwen 1984) or strongly connected components (Tarjan 1972); a component is named by its least node_id.';
