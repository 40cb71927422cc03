-- The graph of the desk: what is around a node, and how far a shock goes.
--
-- Example: select api.neighbourhood('Instrument', 'AAPL', 2);
--          select * from api.contagion('AAPL', 0.1);

create or replace function api.neighbourhood(
    label text, key text, hops integer default 1
)
returns jsonb
language plpgsql stable
security definer -- as everything in api; the walls hold for the owner too
set search_path = pg_catalog, pg_temp
as $$
declare
    start bigint;
    answer jsonb;
begin
    if (neighbourhood.hops between 0 and 4) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'hops must be between 0 and 4';
    end if;
    select n.node_id into start from desk.node as n
    where
        n.tenant_id = public.current_tenant()
        and n.labels @> array[neighbourhood.label]
        and neighbourhood.key in (n.key, substr(n.key, strpos(n.key, ':') + 1))
    order by n.key limit 1;
    if not found then
        return null;
    end if;
    with near as materialized (
        select n.node_id, n.key, n.labels, n.properties, k.distance
        from public.graph_khop(
            'desk', start, neighbourhood.hops, direction => 'any'
        ) as k
        inner join desk.node as n
            on n.tenant_id = public.current_tenant() and k.node_id = n.node_id
        order by k.distance, n.key limit 501
    ), shown as materialized (
        select * from near order by near.distance, near.key limit 500
    )
    select jsonb_build_object(
        'nodes', (
            select jsonb_agg(
                jsonb_build_object(
                    'key', s.key, 'labels', s.labels, 'distance', s.distance,
                    'properties', s.properties
                ) order by s.distance, s.key
            ) from shown as s
        ),
        'edges', coalesce((
            select jsonb_agg(
                jsonb_build_object(
                    'source', s.key, 'target', t.key, 'type', e.type,
                    'weight', e.weight, 'properties', e.properties
                ) order by s.key, e.type, t.key
            )
            from shown as s
            inner join desk.edge as e
                on e.tenant_id = public.current_tenant() and s.node_id = e.source
            inner join shown as t on e.target = t.node_id
        ), '[]'),
        'truncated', (select count(*) > 500 from near)
    ) into answer;
    return answer;
end
$$;
comment on function api.neighbourhood(text, text, integer) is
'Nodes and edges around a node of the desk''s graph, the nearest 500 of up to 4 hops: '
'{"nodes", "edges", "truncated"}; null if there is no such node. The key may leave out '
'what is before its colon.';

create or replace function api.contagion(
    symbol text, shock double precision default 0.1, linear boolean default false
)
returns table (
    reached text, distress double precision, value numeric, loss numeric
)
language plpgsql stable
security definer -- as everything in api; the walls hold for the owner too
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    start bigint;
begin
    if (contagion.shock > 0 and contagion.shock <= 1) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'shock must be above 0 and at most 1';
    end if;
    select n.node_id into start from desk.node as n
    where
        n.tenant_id = public.current_tenant()
        and n.key = 'instrument:' || contagion.symbol;
    if not found then
        perform ops.fail('BW310', format(
            'there is no symbol %s in the graph',
            coalesce(left(contagion.symbol, 100), 'null')
        ));
    end if;
    return query
    select
        n.properties ->> 'symbol', d.distress, coalesce(p.value, 0),
        coalesce(p.value * d.distress::numeric, 0)
    from public.graph_debtrank(
        'desk', array[start], array[contagion.shock], contagion.linear,
        types => '{RELATES_TO}', direction => 'any'
    ) as d
    inner join desk.node as n
        on n.tenant_id = public.current_tenant() and d.node_id = n.node_id
    left join lateral (
        select sum(v.value) as value from api.positions as v
        where v.symbol = n.properties ->> 'symbol'
    ) as p on true
    order by d.distress desc, n.key;
end
$$;
comment on function api.contagion(text, double precision, boolean) is
'How far a fall of one instrument goes along correlations (DebtRank; see '
'graph_debtrank), and what the positions would lose by it.';

create or replace function api.relate_instruments(
    as_of timestamptz default null, bars integer default 60
)
returns integer
language sql
security definer -- callers have no rights on the table
set search_path = pg_catalog, pg_temp
as $$
    select graph.correlate(relate_instruments.as_of, relate_instruments.bars)
$$;
comment on function api.relate_instruments(timestamptz, integer) is
'Draws RELATES_TO between the instruments of the desk''s graph from their last daily '
'returns; returns how many pairs were looked at.';
