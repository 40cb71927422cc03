-- What only a superuser can do, and the record of migrations. Repeatable.

set client_min_messages = warning;

do $$
declare
    wanted record;
begin
    for wanted in
        select * from (values
            ('bellwether_owner', 'nologin'),
            ('bellwether_worker', 'login'),
            ('bellwether_gateway', 'login'),
            ('bellwether_reader', 'nologin'),
            ('bellwether_analyst', 'nologin'),
            ('bellwether_backup', 'login bypassrls')
        ) as role (name, options)
    loop
        if to_regrole(wanted.name) is null then
            execute format('create role %I %s', wanted.name, wanted.options);
        end if;
    end loop;
end
$$;

-- An analyst may do what a reader may, and also act.
grant bellwether_reader to bellwether_analyst;
-- A dump reads every schema, and every tenant's rows.
grant pg_read_all_data to bellwether_backup;

create extension if not exists bellwether;
-- An older version of it is brought up to the one that is installed.
alter extension bellwether update;
-- What the queue does to its own tables.
grant execute on function queue_finish(
    regclass, regclass, integer, bigint[], bigint[], timestamptz
) to bellwether_owner;

do $$
begin
    execute format(
        'grant create, temporary on database %I to bellwether_owner', current_database()
    );
    execute format(
        'alter database %I set session_preload_libraries = bellwether', current_database()
    );
    execute format('alter database %I set timezone = %L', current_database(), 'UTC');
end
$$;

-- The worker and the gateway act for one tenant after another; nobody else chooses.
grant set on parameter bellwether.tenant to bellwether_worker, bellwether_gateway;
revoke create on schema public from public;

-- Advisory locks know no tenants: with one of them a login could hold up another's work,
-- or the market's, for as long as it likes. They are for our own functions.
do $$
declare
    lock regprocedure;
begin
    for lock in
        select p.oid from pg_proc as p
        where p.pronamespace = 'pg_catalog'::regnamespace
        and p.proname ~ '^pg_(try_)?advisory_(xact_)?lock'
    loop
        execute format('revoke execute on function %s from public', lock);
        execute format(
            'grant execute on function %s to bellwether_owner, bellwether_worker, '
            'bellwether_gateway', lock
        );
    end loop;
end
$$;

-- Nobody may call a new function of ours before it is granted.
alter default privileges for role bellwether_owner revoke execute on functions from public;

set role bellwether_owner;

create schema if not exists ops;
comment on schema ops is 'Health, metrics and the record of what was installed.';
grant usage on schema ops to bellwether_worker, bellwether_gateway;

create table if not exists ops.migration (
    name text primary key,
    content text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
);
comment on table ops.migration is 'Each file of sql/migrations that was applied, with its text.';
grant select on ops.migration to bellwether_worker, bellwether_gateway;

-- One release of 2026-11-21 had a migration under another number, and a line in an older
-- one that is a migration of its own now: who installed it goes on from there.
update ops.migration set name = '0021_gateway' where name = '0022_gateway';
update ops.migration as m
set content = mended.body, checksum = encode(sha256(convert_to(mended.body, 'UTF8')), 'hex')
from (
    select
        known.name,
        replace(
            known.content,
            E'\ndrop function if exists agent.remember_actions(bigint, text);', ''
        ) as body
    from ops.migration as known
    where known.name = '0013_agent'
) as mended
where m.name = mended.name and m.content <> mended.body;

-- Example: ops.migration_state('0001_tenant', '...') -> pending | applied; raises if the
-- file was edited after it was applied. A final newline does not count.
create or replace function ops.migration_state(migration_name text, migration_content text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    recorded text;
begin
    if migration_content is null or btrim(migration_content, E' \n') = '' then
        raise exception using
            errcode = 'BW001',
            message = format('migration %s is empty or could not be read', migration_name),
            hint = 'Start psql in the top folder of the checkout, or use `bellwether migrate`.';
    end if;
    select m.content into recorded from ops.migration as m where m.name = migration_name;
    if not found then
        return 'pending';
    end if;
    if recorded <> rtrim(migration_content, E'\n') then
        raise exception using
            errcode = 'BW002',
            message = format('migration %s was changed after it was applied', migration_name),
            hint = 'Migrations are never edited: restore the file and write a new one.';
    end if;
    return 'applied';
end
$$;
comment on function ops.migration_state(text, text) is
'Whether a migration is pending or applied; BW002 when its text was changed since.';

create or replace function ops.migration_applied(migration_name text, migration_content text)
returns void
language sql
begin atomic
    insert into ops.migration (name, content, checksum)
    select migration_name, body, encode(sha256(convert_to(body, 'UTF8')), 'hex')
    from rtrim(migration_content, E'\n') as body;
end;
comment on function ops.migration_applied(text, text) is
'Records a migration that has just run, in its transaction.';
