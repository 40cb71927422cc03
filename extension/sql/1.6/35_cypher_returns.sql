-- cypher: what undirected patterns of which only the ends count ask

create function cypher_returns(graph text, start bigint, max_hops integer, types text[])
    returns boolean
    as 'MODULE_PATHNAME' language c stable parallel restricted cost 1000;

comment on function cypher_returns(text, bigint, integer, text[]) is
    'Whether a trail of undirected edges leads from a node back to it within so many hops (null: any number).';
