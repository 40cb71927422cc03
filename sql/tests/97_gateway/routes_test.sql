-- Every path is answered by something that is there, with words for people; the list is
-- what clients of the earlier systems use.
begin;
select plan(10);

select is_empty(
    $$select path, target from gateway.routes() where description = ''$$,
    'every target is there and has a COMMENT'
);
select is_empty(
    $$select r.path from gateway.route as r
    inner join pg_proc as p
        on p.pronamespace = 'api'::regnamespace
        and p.proname = split_part(r.target, '.', 2)
    where r.method = 'GET' and p.provolatile = 'v'$$,
    'nothing is written by a GET'
);
select is_empty(
    $$select r.target from gateway.route as r
    inner join pg_proc as p
        on p.pronamespace = 'api'::regnamespace
        and p.proname = split_part(r.target, '.', 2)
    group by r.method, r.path, r.target having count(*) > 1$$,
    'and is one function, not several of a name'
);
select is_empty(
    $$select r.path from gateway.route as r
    inner join pg_proc as p
        on p.pronamespace = 'api'::regnamespace
        and p.proname = split_part(r.target, '.', 2)
    inner join pg_type as t on p.prorettype = t.oid
    where (r.shape = 'value') is distinct from (
        t.typtype <> 'c' and p.proargmodes is null and not p.proretset
    )$$,
    'one value is answered as a value, a row as a row'
);
select is_empty(
    $$select path, column_name from gateway.routes() as r
    cross join lateral unnest(r.sort) as column_name
    where not exists (
        select from jsonb_array_elements(r.columns) as c
        where c ->> 'name' = column_name
    )$$,
    'lists are ordered by columns that they have'
);
select is_empty(
    $$select path from gateway.routes() where is_view and sort is null$$,
    'every list of a view has an order'
);
select is_empty(
    $$select path, a.value from gateway.routes() as r
    cross join lateral jsonb_each_text(r.alias) as a
    where not exists (
        select from jsonb_array_elements(r.parameters) as p
        where p ->> 'name' = a.value
    )$$,
    'other names stand for parameters that there are'
);
select is_empty(
    $$select path from gateway.routes() as r
    where r.method not in ('GET', 'RPC') and r.scope = 'read' and not exists (
        select from pg_proc as p
        where p.pronamespace = 'api'::regnamespace
        and p.proname = split_part(r.target, '.', 2) and p.provolatile <> 'v'
    )$$,
    'what only reads the scope lets read changes nothing'
);
select is_empty(
    $$select path from gateway.routes() as r
    where r.method in ('GET', 'RPC') and exists (
        select from pg_proc as p
        where p.pronamespace = 'api'::regnamespace
        and p.proname = split_part(r.target, '.', 2) and p.provolatile = 'v'
    )$$,
    'a GET changes nothing'
);
select results_eq(
    $$select p ->> 'type' from gateway.routes() as r
    cross join lateral jsonb_array_elements(r.parameters) as p
    where r.method = 'POST' and r.path = '/api/orders' and p ->> 'name' = 'quantity'$$,
    array['numeric'], 'types are those of the function'
);

select * from finish();
rollback;
