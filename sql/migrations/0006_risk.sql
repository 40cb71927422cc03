-- What may happen: the limits and their codes, and who is halted.

create schema risk;
comment on schema risk is 'Limits, halts and what an order would do to them.';

create table risk.limit (
    reason_code text constraint limit_pkey primary key
    constraint limit_reason_code check (reason_code ~ '^[A-Z][A-Z_]+$'),
    sqlstate text not null constraint limit_sqlstate_key unique
    constraint limit_sqlstate check (sqlstate ~ '^BW1[0-9A-Z]{2}$'),
    setting text,
    description text not null
);
comment on table risk.limit
    is 'Everything that refuses an order: its code and the setting it follows.';
comment on column risk.limit.setting
    is 'The tenant''s setting that holds the figure, if there is one.';

create table risk.state (
    tenant_id integer not null default current_tenant()
    constraint state_tenant_fkey references tenant.tenant,
    scope text not null constraint state_scope check (
        scope in ('tenant', 'strategy', 'symbol')
    ),
    target text not null default '',
    state text not null constraint state_state check (
        state in ('ACTIVE', 'REDUCING', 'HALTED')
    ),
    reason text not null,
    until timestamptz,
    changed_at timestamptz not null default clock_timestamp(),
    changed_by text not null default session_user,
    constraint state_pkey primary key (tenant_id, scope, target),
    constraint state_target check ((scope = 'tenant') = (target = ''))
);
comment on table risk.state is
'Where trading is held up: HALTED lets no order pass, REDUCING only those that lower '
'exposure.';
comment on column risk.state.target
    is 'The strategy''s id or the symbol; empty for the whole tenant.';
comment on column risk.state.until
    is 'When it ends by itself; null: when somebody resumes.';

-- A setting with a figure has a range, one with a word a choice of words.
alter table tenant.setting_default add column minimum numeric;
alter table tenant.setting_default add column maximum numeric;
alter table tenant.setting_default add column choices text[];
comment on column tenant.setting_default.minimum
    is 'Smallest value that a number may have.';
comment on column tenant.setting_default.maximum
    is 'Largest value that a number may have.';
comment on column tenant.setting_default.choices
    is 'The words that a setting may have, from the loosest to the tightest.';
