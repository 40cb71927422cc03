-- Tenants and their logins. Only a superuser can run these: they create roles and fix
-- the tenant of each login, which is what keeps a session from choosing one.
--
-- Example: select tenant.create_tenant(1, 'demo');
--          select tenant.add_member(1, 'demo_analyst', 'analyst');

create or replace function tenant.create_tenant(tenant_id integer, name text)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    before text := current_setting('bellwether.tenant');
begin
    if exists (
        select from tenant.tenant as t
        where t.tenant_id = create_tenant.tenant_id and t.name = create_tenant.name
    ) then
        return create_tenant.tenant_id;
    end if;
    -- What a tenant starts with is written inside its own walls.
    perform set_config('bellwether.tenant', create_tenant.tenant_id::text, true);
    insert into tenant.tenant (tenant_id, name) values (
        create_tenant.tenant_id, create_tenant.name
    );
    perform set_config('bellwether.tenant', before, true);
    return create_tenant.tenant_id;
end
$$;
comment on function tenant.create_tenant(integer, text) is
'Creates a tenant with its paper account, unless it is there; for superusers.';

create or replace function tenant.add_member(
    tenant_id integer, role_name name, kind text default 'analyst'
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    known pg_roles;
    membership constant name :=
    case kind when 'analyst' then 'bellwether_analyst' else 'bellwether_reader' end;
begin
    if add_member.kind is null or add_member.kind not in ('analyst', 'reader') then
        raise exception using
            errcode = 'BW012',
            message = format(
                'unknown kind of member %s', coalesce(quote_literal(kind), 'null')
            ),
            hint = 'A member is an analyst or a reader.';
    end if;
    if not exists (
        select from tenant.tenant as t where t.tenant_id = add_member.tenant_id
    ) then
        raise exception using
            errcode = 'BW012',
            message = format('there is no tenant %s', add_member.tenant_id),
            hint = 'Create it with tenant.create_tenant.';
    end if;
    if exists (
        select from tenant.member as m
        where m.role_name = add_member.role_name and m.tenant_id <> add_member.tenant_id
    ) then
        raise exception using
            errcode = 'BW012',
            message = format('%I already belongs to another tenant', role_name);
    end if;

    select * into known from pg_roles as r where r.rolname = add_member.role_name;
    if not found then
        execute format('create role %I login', role_name);
    elsif known.rolsuper or known.rolbypassrls or known.rolcreaterole
    or role_name like 'bellwether%'
        or pg_has_role(role_name, 'bellwether_owner', 'member')
        or has_parameter_privilege(role_name, 'bellwether.tenant', 'set')
    then
        raise exception using
            errcode = 'BW012',
            message = format(
                '%I has rights that no member of a tenant may have', role_name
            ),
            hint = 'Choose another login.';
    end if;

    if not pg_has_role(role_name, membership, 'member') then
        execute format('grant %I to %I', membership, role_name);
    end if;
    execute format(
        'alter role %I in database %I set bellwether.tenant = %L', role_name,
        current_database(), tenant_id
    );
    -- A session that is forgotten must not hold up vacuum for everybody.
    execute format(
        'alter role %I in database %I set idle_in_transaction_session_timeout = %L',
        role_name, current_database(), '5min'
    );
    execute format(
        'alter role %I in database %I set statement_timeout = %L',
        role_name, current_database(), case kind when 'analyst' then '10min'
        else '30s' end
    );
    if kind = 'reader' then
        execute format(
            'alter role %I in database %I set default_transaction_read_only = on',
            role_name, current_database()
        );
    end if;

    insert into tenant.member (tenant_id, role_name, kind)
    values (add_member.tenant_id, add_member.role_name, add_member.kind)
    on conflict on constraint member_pkey do update set kind = excluded.kind;
end
$$;
comment on function tenant.add_member(integer, name, text) is
'Creates a login if need be and fixes its tenant in this database; for superusers.';
