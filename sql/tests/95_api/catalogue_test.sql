-- Rules for whatever is in the catalogue, in any schema, so that what comes later is
-- under them, too. Each rule is a view; at the end something that breaks it is made, and
-- must be found: a rule that finds nothing would be no rule.
begin;
select plan(16);

create schema catalogue_rule;
set local search_path = catalogue_rule, public;

-- Ours: neither PostgreSQL's nor an extension's.
create view our_schema as
select n.oid, n.nspname from pg_namespace as n
where
    n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'catalogue_rule')
    and not exists (
        select from pg_depend as d
        where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e'
    );
create view our_function as
select p.*
from pg_proc as p
inner join our_schema as n on p.pronamespace = n.oid
where not exists (
    select from pg_depend as d
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
);
create view our_table as
select c.*
from pg_class as c
inner join our_schema as n on c.relnamespace = n.oid
where
    c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and not exists (
        select from pg_depend as d
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    );

-- A definer function resolves names as its maker did, whatever its caller has set. In
-- public, where the extension is, nobody may make anything: that is a rule below.
create view unpinned as
select p.oid::regprocedure::text as found
from our_function as p
where
    p.prosecdef and p.prosqlbody is null
    and not coalesce(
        p.proconfig && '{"search_path=pg_catalog, pg_temp","search_path=pg_catalog, public, pg_temp"}',
        false
    );

create view for_everybody as
select p.oid::regprocedure::text as found
from our_function as p
cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
where a.grantee = 0
union all
select c.oid::regclass::text
from our_table as c
cross join lateral aclexplode(c.relacl) as a
where a.grantee = 0
union all
select n.nspname::text
from pg_namespace as n
cross join lateral aclexplode(n.nspacl) as a
where
    a.grantee = 0 and n.nspname !~ '^pg_'
    -- The extension's functions and types are there, for whoever connects.
    and not (n.nspname in ('public', 'information_schema') and a.privilege_type = 'USAGE');

-- Rows of a tenant are behind the wall, for their owner, too. The queue's are under one
-- lock for all tenants, and no outsider sees its tables.
create view open_rows as
select c.oid::regclass::text as found
from our_table as c
inner join pg_attribute as a on c.oid = a.attrelid
where
    a.attname = 'tenant_id' and a.attnum > 0 and not a.attisdropped
    and c.relkind in ('r', 'p') and not c.relispartition
    and not (c.relrowsecurity and c.relforcerowsecurity)
    and not (
        c.relnamespace::regnamespace::text = 'work'
        and not exists (
            select from pg_roles as r
            where
                r.rolname in ('bellwether_reader', 'bellwether_analyst')
                and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete')
                and has_schema_privilege(r.rolname, c.relnamespace, 'usage')
        )
    );

-- Outsiders find the schema api, and the graph of their desk; of both they read.
create view beyond_api as
select format('%s: %s', r.rolname, c.oid::regclass) as found
from our_table as c
inner join pg_roles as r on r.rolname in ('bellwether_reader', 'bellwether_analyst')
where
    c.relkind <> 'S'
    and (
        has_table_privilege(r.rolname, c.oid, 'insert, update, delete, truncate')
        or has_table_privilege(r.rolname, c.oid, 'select')
        and c.relnamespace::regnamespace::text not in ('api', 'desk')
        and has_schema_privilege(r.rolname, c.relnamespace, 'usage')
    )
union all
select format('%s: %s', r.rolname, p.oid::regprocedure)
from our_function as p
inner join pg_roles as r on r.rolname in ('bellwether_reader', 'bellwether_analyst')
where
    has_function_privilege(r.rolname, p.oid, 'execute')
    and has_schema_privilege(r.rolname, p.pronamespace, 'usage')
    and p.pronamespace::regnamespace::text <> 'api';

-- Logins that serve write through functions alone.
create view written_past_functions as
select format('%s: %s', r.rolname, c.oid::regclass) as found
from our_table as c
inner join pg_roles as r on r.rolname in ('bellwether_worker', 'bellwether_gateway')
where
    c.relkind <> 'S'
    and has_table_privilege(r.rolname, c.oid, 'insert, update, delete, truncate')
    and has_schema_privilege(r.rolname, c.relnamespace, 'usage');

create view too_mighty as
select r.rolname::text as found
from pg_roles as r
where
    r.rolname ~ '^bellwether_'
    and (
        r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication
        or r.rolbypassrls and r.rolname <> 'bellwether_backup'
        or r.rolcanlogin and r.rolname !~ '^bellwether_(worker|gateway|backup)$'
    )
union all
select format('%s is %s', m.member::regrole, m.roleid::regrole)
from pg_auth_members as m
where
    m.roleid::regrole::text = 'bellwether_owner'
    or m.admin_option and m.member::regrole::text ~ '^bellwether_'
union all
select p.oid::regprocedure::text
from our_function as p
inner join pg_roles as r on p.proowner = r.oid
where p.prosecdef and r.rolsuper;

-- A view shows its owner's rows: where tenants' are in it, it asks as its caller or
-- keeps its condition before the caller's.
create view leaky_view as
select distinct c.oid::regclass::text as found
from our_table as c
inner join pg_rewrite as w on c.oid = w.ev_class
inner join pg_depend as d on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
inner join pg_class as t on d.refobjid = t.oid and d.refclassid = 'pg_class'::regclass
where
    c.relkind = 'v' and c.relnamespace::regnamespace::text = 'api' and t.relrowsecurity
    and coalesce(array_to_string(c.reloptions, ','), '')
    !~ 'security_(invoker|barrier)=(true|on|1)';

select is_empty('select found from unpinned', 'each definer function has its search_path pinned');
select is_empty('select found from for_everybody', 'PUBLIC may do nothing with what is ours');
select is_empty('select found from open_rows', 'rows of tenants are behind the wall');
select is_empty('select found from beyond_api', 'outsiders reach the schema api, and read');
select is_empty(
    'select found from written_past_functions', 'worker and gateway write through functions alone'
);
select is_empty('select found from too_mighty', 'no role of ours may more than it needs');
select is_empty('select found from leaky_view', 'views of tenants'' rows are barriers');
select cmp_ok((select count(*) from our_function), '>', 500::bigint, 'the catalogue was looked at');

-- What breaks the rules is found.
create function api.found_out() returns integer language plpgsql security definer
as 'begin return 1; end';
create table trade.found_out (tenant_id integer);
create table work.found_out (tenant_id integer);
create view api.found_out as select o.order_id from trade.orders as o;
grant select on work.found_out to bellwether_reader;
grant usage on schema work to bellwether_reader;
grant insert on trade.found_out to bellwether_worker;
alter role bellwether_gateway bypassrls;

select is((select string_agg(found, ',') from unpinned), 'api.found_out()', 'an unpinned function');
select is(
    (select string_agg(found, ',') from for_everybody), 'api.found_out()',
    'a function that nobody took from PUBLIC'
);
select is(
    (select string_agg(found, ',' order by found) from open_rows),
    'trade.found_out,work.found_out', 'tables without a wall'
);
select is(
    (select string_agg(found, ',' order by found) from beyond_api),
    'bellwether_analyst: work.found_out,bellwether_reader: work.found_out',
    'a table of the queue that is shown'
);
select is(
    (select string_agg(found, ',') from written_past_functions),
    'bellwether_worker: trade.found_out', 'a table that a login may write'
);
select is(
    (select string_agg(found, ',' order by found) from too_mighty),
    'api.found_out(),bellwether_gateway', 'a role past the wall, a definer function of a superuser'
);
select is((select string_agg(found, ',') from leaky_view), 'api.found_out', 'a view without a barrier');
create schema found_out;
create function found_out.found_out() returns integer language sql as 'select 1';
select is(
    (select string_agg(found, ',' order by found) from for_everybody),
    'api.found_out(),found_out.found_out()', 'a schema that is new'
);

select * from finish();
rollback;
