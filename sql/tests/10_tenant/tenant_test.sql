-- Tenants, their settings, their logins, and the walls between them.
begin;
select plan(27);
\ir ../desk.psql

-- Settings.
select is(tenant.setting('max_positions'), '10', 'a setting has a default');
select lives_ok(
    $$select tenant.set_setting('max_positions', '3')$$, 'a tenant may set it'
);
select is(tenant.setting('max_positions'), '3', 'and then has its own');
set local bellwether.tenant = 9002;
select is(tenant.setting('max_positions'), '10', 'another tenant has not');
set local bellwether.tenant = 9001;
select tenant.set_setting('max_positions', null) \g /dev/null
select is(tenant.setting('max_positions'), '10', 'null goes back to the default');
select throws_ok(
    $$select tenant.setting('no_such')$$, 'BW010', null,
    'an unknown setting is an error'
);
select throws_ok(
    $$select tenant.set_setting('no_such', '1')$$, 'BW010', null, 'also when set'
);
select throws_ok(
    $$select tenant.set_setting('max_position_fraction', '1.5')$$, 'BW011', null,
    'a value out of range is refused'
);
select throws_ok(
    $$select tenant.set_setting('max_position_fraction', '"a fifth"')$$, 'BW011', null,
    'so is one of another type'
);
select throws_ok(
    $$select tenant.set_setting('allow_short', '1')$$, 'BW011', null,
    'a switch is not a number'
);

-- Tenants.
select is(
    tenant.create_tenant(9001, 'test one'), 9001,
    'creating a tenant again changes nothing'
);
select is(
    (
        select count(*)::int from trade.account where tenant_id = 9001
    ), 1, 'it still has its one account'
);
select throws_ok(
    $$select tenant.create_tenant(9001, 'other name')$$, '23505', null,
    'a tenant''s number is its own'
);
select is(
    current_setting('bellwether.tenant'), '9001', 'the session''s tenant is as it was'
);

-- Logins.
select lives_ok(
    $$select tenant.add_member(9001, 'test_analyst', 'analyst')$$, 'a login is created'
);
select lives_ok(
    $$select tenant.add_member(9001, 'test_analyst', 'analyst')$$, 'twice is once'
);
select ok(
    exists (
        select from pg_db_role_setting as s
        inner join pg_database as d on s.setdatabase = d.oid
        and d.datname = current_database()
        where s.setrole = 'test_analyst'::regrole
        and 'bellwether.tenant=9001' = any(s.setconfig)
    ), 'its tenant is fixed in this database'
);
select ok(
    not has_parameter_privilege('test_analyst', 'bellwether.tenant', 'set'),
    'and it cannot choose another'
);
select throws_ok(
    $$select tenant.add_member(9002, 'test_analyst', 'analyst')$$, 'BW012', null,
    'a login has one tenant'
);
select throws_ok(
    $$select tenant.add_member(9001, 'bellwether_worker', 'analyst')$$, 'BW012', null,
    'a login that may set the tenant cannot be a member'
);
select throws_ok(
    $$select tenant.add_member(9001, 'postgres', 'analyst')$$, 'BW012', null,
    'nor can a superuser'
);
select throws_ok(
    $$select tenant.add_member(9999, 'test_other', 'analyst')$$, 'BW012', null,
    'a tenant must be there'
);
select throws_ok(
    $$select tenant.add_member(9001, 'test_other', 'admin')$$, 'BW012', null,
    'there are analysts and readers'
);

-- Walls.
select is_empty(
    $$
    select c.oid::regclass from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    inner join pg_attribute as a on c.oid = a.attrelid and a.attname = 'tenant_id'
    where
        n.nspname in (
            'tenant', 'memory', 'strategy', 'discovery', 'risk', 'agent', 'trade',
            'assistant', 'graph'
        )
        and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
    $$, 'every table of tenant data has forced row-level security'
);
select is_empty(
    $$
    select i.indexrelid::regclass from pg_index as i
    inner join pg_class as c on i.indrelid = c.oid
    inner join pg_namespace as n on c.relnamespace = n.oid
    inner join pg_attribute as a on c.oid = a.attrelid and a.attname = 'tenant_id'
    where
        n.nspname in (
            'memory', 'strategy', 'discovery', 'risk', 'agent', 'trade', 'assistant'
        )
        and i.indisunique and i.indkey[0] <> a.attnum
    $$, 'every key of tenant data begins with the tenant'
);
select is_empty(
    $$select rolname from pg_roles
    where rolname in (
        'bellwether_owner', 'bellwether_worker', 'bellwether_gateway'
    ) and (rolsuper or rolbypassrls)$$,
    'nobody who works for tenants can look over the walls'
);
select is_empty(
    $$select c.oid::regclass from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    where
        c.relkind in ('r', 'p', 'S') and n.nspname !~ '^pg_' and c.relpersistence <> 't'
        and not (
            has_schema_privilege('bellwether_backup', n.oid, 'usage')
            and case when c.relkind = 'S'
                then has_sequence_privilege('bellwether_backup', c.oid, 'select')
                else has_table_privilege('bellwether_backup', c.oid, 'select')
            end
        )$$,
    'a dump by bellwether_backup reaches everything'
);

select * from finish();
rollback;
