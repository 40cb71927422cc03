-- graph: walks from a node

create function graph_khop(graph text, start bigint, hops integer,
    types text[] default null, direction text default 'out',
    as_of timestamptz default now())
    returns table (node_id bigint, distance integer)
    as 'MODULE_PATHNAME' language c stable parallel restricted rows 1000 cost 1000;

comment on function graph_khop(text, bigint, integer, text[], text, timestamptz) is
    'Nodes that can be reached in at most so many hops, each with its least distance; the start itself has distance 0. direction is out, in or any; types null means all; edges count if valid at as_of (null: whatever their validity).';
