-- docs/reference/graph-functions.md has a line for each function of the family, as it is.
begin;
select plan(3);
\ir ../roles.psql
\set page `cat docs/reference/graph-functions.md`
create temporary table line on commit drop as
select string_to_array(btrim(l, '| '), ' | ') as cells
from regexp_split_to_table(:'page', E'\n') as l where l like '| `%';
create temporary table function_of_graphs on commit drop as
select p.oid, p.proname, p.prorettype
from pg_proc as p
inner join pg_depend as d
    on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
inner join pg_extension as e
    on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
where
    e.extname = 'bellwether' and (
        p.proname like 'graph\_%' or p.proname in ('create_graph', 'drop_graph')
    );
select is_empty(
    $$select f.oid::regprocedure from function_of_graphs as f
    where obj_description(f.oid, 'pg_proc') is null$$,
    'each function of graphs says what it does'
);
select set_eq(
    $$select split_part(btrim(l.cells[1], '`'), '(', 1) as a, l.cells[3] as b from line as l
    where l.cells[1] like '%(%'$$,
    $$select f.proname::text, replace(obj_description(f.oid, 'pg_proc'), '|', '\|')
    from function_of_graphs as f where f.prorettype <> 'trigger'::regtype$$,
    'the page says the same'
);
select set_eq(
    $$select btrim(l.cells[1], '`') as a from line as l where l.cells[1] like '`graph.%'$$,
    $$select s.name from pg_settings as s where s.name like 'graph.%'$$,
    'and knows the settings'
);
select * from finish();
rollback;
