-- Every view of api answers those whom it is for, functions inside it included: a right
-- on a function is asked of the caller even where the view's tables are its owner's.
begin;
select plan(3);
\ir ../roles.psql

create function pg_temp.refusals() returns setof text language plpgsql as $$
declare
    seen record;
begin
    for seen in
        select c.oid::regclass as name from pg_class as c
        where c.relnamespace = 'api'::regnamespace and c.relkind = 'v'
        order by c.relname
    loop
        begin
            execute format('select * from %s limit 1', seen.name);
        exception when others then
            return next seen.name || ': ' || sqlerrm;
        end;
    end loop;
end
$$;
grant execute on function pg_temp.refusals() to public;

select cmp_ok(
    (
        select count(*) from pg_class as c
        where c.relnamespace = 'api'::regnamespace and c.relkind = 'v'
    ), '>', 40::bigint, 'there are views'
);
set local bellwether.tenant = 0;
set local role bellwether_reader;
select is_empty('select pg_temp.refusals()', 'a reader may read every one');
set local role bellwether_gateway;
select is_empty('select pg_temp.refusals()', 'and so may the gateway');
reset role;
select * from finish();
rollback;
