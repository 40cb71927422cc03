-- Who there is: tenants, the logins that belong to them, their settings.

create schema tenant;
comment on schema tenant is 'Tenants, their members and their settings.';

create table tenant.tenant (
    tenant_id integer constraint tenant_pkey primary key
    constraint tenant_id_not_negative check (tenant_id >= 0),
    name text not null constraint tenant_name_key unique,
    created_at timestamptz not null default clock_timestamp()
);
comment on table tenant.tenant is 'One row a tenant; 0 is the system''s own.';

insert into tenant.tenant (tenant_id, name) values (0, 'system');

create table tenant.member (
    tenant_id integer not null constraint member_tenant_fkey references tenant.tenant,
    role_name name not null constraint member_role_key unique,
    kind text not null default 'analyst'
    constraint member_kind check (kind in ('analyst', 'reader')),
    created_at timestamptz not null default clock_timestamp(),
    constraint member_pkey primary key (tenant_id, role_name)
);
comment on table tenant.member is
'Which login belongs to which tenant; the login''s setting bellwether.tenant is what counts.';

create table tenant.setting (
    tenant_id integer not null constraint setting_tenant_fkey references tenant.tenant,
    name text not null,
    value jsonb not null,
    changed_at timestamptz not null default clock_timestamp(),
    constraint setting_pkey primary key (tenant_id, name)
);
comment on table tenant.setting is 'What a tenant has set apart from the defaults of tenant.setting_default.';

create table tenant.setting_default (
    name text constraint setting_default_pkey primary key,
    value jsonb not null,
    description text not null
);
comment on table tenant.setting_default is 'Every setting a tenant can have, its default and its meaning.';

create table ops.sqlstate (
    code text constraint sqlstate_pkey primary key
    constraint sqlstate_code check (code ~ '^BW[0-9A-Z]{3}$'),
    name text not null constraint sqlstate_name_key unique,
    meaning text not null,
    hint text not null
);
comment on table ops.sqlstate is 'Every SQLSTATE of our own: BW0 installation, BW1 limits, BW2 queue, BW3 market and ingest, BW4 agents.';
