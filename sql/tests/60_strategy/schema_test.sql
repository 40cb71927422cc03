-- The published schema of strategy documents says what the compiler takes, no more and no
-- less. Started in the top folder.
begin;
select plan(12);
\set schema `cat docs/reference/strategy.schema.json`
create temporary table published as select :'schema'::jsonb as schema;

create function pg_temp.keys(part text [] default '{}') returns setof text language sql as $$
    select o.key from published as p, jsonb_object_keys(p.schema #> (part || '{properties}')) as o (key)
$$;
create function pg_temp.words(path text []) returns text [] language sql as $$
    select array(select jsonb_array_elements_text(p.schema #> path)) from published as p
$$;
-- The lists of the checks are in their bodies: '{method,size,..}', 'sizing'
create function pg_temp.checked(part text) returns setof text language sql as $$
    select unnest(string_to_array((regexp_match(
        p.prosrc, '''\{([a-z_,]+)\}'',\s+''' || part || ''''
    ))[1], ','))
    from pg_proc as p
    where p.oid in (
        'strategy.check_config(jsonb)'::regprocedure, 'strategy._check_options(jsonb)'::regprocedure
    )
    and p.prosrc ~ ('\}'',\s+''' || part || '''')
$$;
select set_eq($$select pg_temp.keys()$$, $$select pg_temp.checked('the document')$$, 'its keys');
select set_eq(
    format($$select pg_temp.keys('{properties,%s}')$$, part),
    format($$select pg_temp.checked(%L)$$, part), 'the keys of ' || part
) from unnest('{universe,sizing,stops,costs,risk}'::text[]) as part;
select is(
    pg_temp.words('{properties,interval,enum}'),
    array(select b.bar_interval from market.bar_interval as b order by b.length), 'intervals'
);
select results_eq(
    $$select o.path, pg_temp.words('{properties}' || o.path || '{enum}') from (values
        ('{side}'::text[]), ('{fill}'), ('{sizing,properties,method}'), ('{stops,properties,reference}')
    ) as o (path)$$,
    $$values ('{side}'::text[], '{long,short,both}'::text[]), ('{fill}', '{open,close}'),
    ('{sizing,properties,method}', '{fraction,fixed,volatility,kelly}'),
    ('{stops,properties,reference}', '{entry,signal}')$$,
    'words'
);
select lives_ok(
    $$select strategy.check_config(w.document || '{"entry": true}')
    from (
        select jsonb_build_object('side', x) from unnest(pg_temp.words('{properties,side,enum}')) as x
        union all
        select jsonb_build_object('fill', x) from unnest(pg_temp.words('{properties,fill,enum}')) as x
        union all
        select jsonb_build_object('sizing', jsonb_build_object('method', x))
        from unnest(pg_temp.words('{properties,sizing,properties,method,enum}')) as x
        union all
        select jsonb_build_object('stops', jsonb_build_object('reference', x))
        from unnest(pg_temp.words('{properties,stops,properties,reference,enum}')) as x
    ) as w (document)$$, 'all of which are taken'
);

-- Operators, with how many arguments each takes.
create temporary view operator_of_schema as
select verb, (form ->> 'minItems')::integer - 1 as least, (form ->> 'maxItems')::integer - 1 as most
from published as p
cross join lateral (values ('value'), ('condition')) as k (kind)
cross join lateral jsonb_array_elements(p.schema #> array['$defs', k.kind, 'anyOf']) as form
cross join lateral jsonb_array_elements_text(
    coalesce(form #> '{prefixItems,0,enum}', jsonb_build_array(form #> '{prefixItems,0,const}'))
) as verb
where form ? 'prefixItems';
select set_eq(
    'select * from operator_of_schema',
    $$select m[1] as verb, m[2]::integer as least, m[3]::integer as most
    from pg_proc as p, regexp_matches(
        p.prosrc, '\(''([^'']+)'', (\d+), (\d+), ''[a-z]+'', ''[a-z]+''\)', 'g'
    ) as m
    where p.proname = '_compile_expression' and p.pronamespace = 'strategy'::regnamespace$$,
    'operators and their arguments'
);

-- Indicators, with the ranges of their parameters.
create temporary view parameter_of_schema as
select
    form #>> '{properties,indicator,const}' as indicator, o.key as parameter,
    (o.value #>> '{anyOf,0,minimum}')::float8 as minimum,
    (o.value #>> '{anyOf,0,maximum}')::float8 as maximum, (o.value ->> 'default')::float8 as usual,
    o.value #>> '{anyOf,0,type}' = 'integer' as whole
from published as p
cross join lateral jsonb_array_elements(p.schema #> '{$defs,indicator,oneOf}') as form
cross join lateral jsonb_each(form -> 'properties') as o
where o.value ? 'anyOf';
select set_eq(
    'select * from parameter_of_schema',
    $$select i.indicator, u.* from strategy.indicator as i,
    unnest(i.parameters, i.minimums, i.maximums, i.defaults, i.whole)
        as u (parameter, minimum, maximum, usual, whole)$$,
    'parameters of indicators'
);
select set_eq(
    $$select form #>> '{properties,indicator,const}' as indicator, o.key as input from published as p,
        jsonb_array_elements(p.schema #> '{$defs,indicator,oneOf}') as form, jsonb_each(form -> 'properties') as o
    where o.value ? '$ref'$$,
    $$select i.indicator, u.x from strategy.indicator as i, unnest(i.inputs) as u (x)$$,
    'and their inputs'
);
select * from finish();
rollback;
