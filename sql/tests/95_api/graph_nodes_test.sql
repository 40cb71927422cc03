-- Nodes of the desk's graph are found by kind and name, inside the tenant's walls.
begin;
select plan(5);
\ir ../roles.psql
\ir ../desk.psql
select public.graph_upsert_nodes('desk', jsonb_agg(
    jsonb_build_object('key', 'instrument:' || s, 'labels', '["Instrument"]'::jsonb)
)) from unnest('{T01,T02,T10}'::text[]) as s \g /dev/null
select public.graph_upsert_nodes('desk', '[{"key": "regime:calm", "labels": ["Regime"]}]')
\g /dev/null
select public.graph_upsert_edges('desk', '[
    {"source": "instrument:T02", "target": "regime:calm", "type": "SEEN_IN"}
]') \g /dev/null

set local role bellwether_reader;
select results_eq(
    $$select key, degree from api.graph_nodes('Instrument', 't0')$$,
    $$values ('instrument:T02', 1::bigint), ('instrument:T01', 0)$$,
    'by kind and part of the name, those with most edges first'
);
select is((select count(*)::int from api.graph_nodes()), 4, 'all without either');
select is((select count(*)::int from api.graph_nodes(most => 2)), 2, 'no more than asked');
select throws_ok(
    'select api.graph_nodes(most => 0)', '22023', null, 'none is no number of nodes'
);
reset role;
set local bellwether.tenant = 9002;
set local role bellwether_reader;
select is((select count(*)::int from api.graph_nodes()), 0, 'nothing of another desk');
select * from finish();
rollback;
