-- What may happen: the limits and their codes, and who is halted.

create schema risk;
comment on schema risk is 'Limits, halts and what an order would do to them.';

create table risk.limit (
    reason_code text constraint limit_pkey primary key
    constraint limit_reason_code check (reason_code ~ '^[A-Z][A-Z_]+$'),
    sqlstate text not null constraint limit_sqlstate_key unique
    constraint limit_sqlstate check (sqlstate ~ '^BW1[0-9A-Z]{2}$'),
    setting text,
    clamps boolean not null default false,
    description text not null
);
comment on table risk.limit
    is 'Everything that refuses an order: its code and the setting it follows.';
comment on column risk.limit.setting
    is 'The tenant''s setting that holds the figure, if there is one.';
comment on column risk.limit.clamps
    is 'Whether a smaller order would pass (setting on_limit: clamp).';

create table risk.state (
    tenant_id integer not null default current_tenant()
    constraint state_tenant_fkey references tenant.tenant,
    scope text not null constraint state_scope check (
        scope in ('tenant', 'account', 'strategy', 'symbol')
    ),
    target text not null default '',
    source text not null default 'manual'
    constraint state_source check (source in ('manual', 'breaker', 'reconcile')),
    state text not null constraint state_state check (
        state in ('ACTIVE', 'REDUCING', 'HALTED')
    ),
    reason text not null,
    until timestamptz,
    changed_at timestamptz not null default clock_timestamp(),
    changed_by text not null default session_user,
    constraint state_pkey primary key (tenant_id, scope, target, source),
    constraint state_target check ((scope = 'tenant') = (target = ''))
);
comment on table risk.state is
'Where trading is held up: HALTED lets no order pass, REDUCING only those that lower '
'exposure. The strictest row counts.';
comment on column risk.state.target is
'The account''s or strategy''s id, or the symbol; empty for the whole tenant.';
comment on column risk.state.source is
'Who holds trading up: a person, the circuit breaker, a reconciliation that failed; '
'each lifts only its own.';
comment on column risk.state.until
    is 'When it ends by itself; null: when somebody resumes.';

-- Bounds of the limits besides the tenant's settings: of its tier and of a member. The
-- tightest counts.
create table risk.tier (
    tier text constraint tier_pkey primary key,
    description text not null
);
comment on table risk.tier is 'Classes of tenants; the operator says who is in which.';

create table risk.tier_limit (
    tier text not null constraint tier_limit_tier_fkey references risk.tier,
    setting text not null
    constraint tier_limit_setting_fkey references tenant.setting_default,
    value jsonb not null,
    constraint tier_limit_pkey primary key (tier, setting)
);
comment on table risk.tier_limit is 'How far a tenant of a tier may set a limit.';

create table risk.tenant_tier (
    tenant_id integer not null constraint tenant_tier_pkey primary key
    constraint tenant_tier_tenant_fkey references tenant.tenant,
    tier text not null constraint tenant_tier_tier_fkey references risk.tier
);
comment on table risk.tenant_tier is 'The tier of each tenant; without a row: standard.';

create table risk.member_limit (
    tenant_id integer not null default current_tenant(),
    role_name name not null,
    setting text not null
    constraint member_limit_setting_fkey references tenant.setting_default,
    value jsonb not null,
    constraint member_limit_pkey primary key (tenant_id, role_name, setting)
);
comment on table risk.member_limit is
'Limits of one member of a tenant; they can only be tighter than the tenant''s.';

create table risk.clamp (
    tenant_id integer not null default current_tenant(),
    order_id bigint not null,
    place integer not null,
    reason_code text not null
    constraint clamp_reason_code_fkey references risk.limit,
    before numeric not null,
    after numeric not null,
    reason text not null,
    at timestamptz not null default clock_timestamp(),
    constraint clamp_pkey primary key (tenant_id, order_id, place),
    constraint clamp_cuts check (after >= 0 and after < before)
);
comment on table risk.clamp is
'What a limit cut off an order (setting on_limit: clamp): quantity before and after. '
'What is cut off stays cash.';
comment on column risk.clamp.place is 'An order may be cut by several limits in turn.';

create table risk.score (
    tenant_id integer not null default current_tenant(),
    score_id bigint generated always as identity,
    symbol text not null,
    strategy_id bigint,
    score double precision not null constraint score_score check (score between 0 and 1),
    reason text not null,
    factors jsonb not null default '{}',
    at timestamptz not null default clock_timestamp(),
    until timestamptz,
    constraint score_pkey primary key (tenant_id, score_id)
);
comment on table risk.score is
'What the risk graph thinks of a symbol (or of a strategy in it), 0 to 1; the newest '
'row counts until its end.';
create index score_symbol_idx on risk.score (tenant_id, symbol, at desc);

create table risk.breaker (
    tenant_id integer not null default current_tenant()
    constraint breaker_tenant_fkey references tenant.tenant,
    account_id bigint not null,
    state text not null default 'closed'
    constraint breaker_state check (state in ('closed', 'open', 'closing')),
    triggers text[] not null default '{}',
    reason text,
    units numeric,
    peak numeric,
    value numeric,
    seen_capital_event_id bigint not null default 0,
    evaluated_at timestamptz,
    losses_since bigint not null default 0,
    opened_at timestamptz,
    opened_as_of timestamptz,
    closed_at timestamptz,
    constraint breaker_pkey primary key (tenant_id, account_id)
);
comment on table risk.breaker is
'The circuit breaker of each account: closed (trading), open (shadow decisions only), '
'closing (its condition is met, approval is asked for).';
comment on column risk.breaker.triggers is 'drawdown, losses: what opened it.';
comment on column risk.breaker.units is
'Shares that the account is divided into; deposits buy some at the value of the day, '
'so that they are no profit and withdrawals no loss.';
comment on column risk.breaker.value is 'Equity over units when last evaluated.';
comment on column risk.breaker.peak is 'Highest value so far.';
comment on column risk.breaker.losses_since
    is 'Losses are counted in fills whose account revision is above this.';
comment on column risk.breaker.opened_as_of
    is 'Market time at which it opened; in a replay that of the fill or the cycle.';

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

-- Alerts: what somebody must hear of. Sending them is the worker's (job send_alert).
create table ops.alert_template (
    kind text constraint alert_template_pkey primary key
    constraint alert_template_kind check (kind ~ '^[a-z_]+$'),
    severity text not null constraint alert_template_severity
    check (severity in ('info', 'warning', 'critical')),
    title text not null,
    body text not null,
    group_minutes integer not null default 15,
    max_per_hour integer not null default 20
);
comment on table ops.alert_template is
'The kinds of alerts and their words; {name} stands for a member of the payload.';
comment on column ops.alert_template.group_minutes is
'Alerts of a kind and subject within this time are one that counts.';
comment on column ops.alert_template.max_per_hour is
'What goes beyond is written but not sent.';

create table ops.alert_route (
    tenant_id integer not null default current_tenant()
    constraint alert_route_tenant_fkey references tenant.tenant,
    route_id bigint generated always as identity,
    kind text constraint alert_route_kind_fkey references ops.alert_template,
    least_severity text not null default 'info' constraint alert_route_severity
    check (least_severity in ('info', 'warning', 'critical')),
    channel text not null constraint alert_route_channel
    check (channel in ('discord', 'email', 'ses', 'log')),
    target text not null,
    enabled boolean not null default true,
    constraint alert_route_pkey primary key (tenant_id, route_id)
);
comment on table ops.alert_route is 'Which alerts go where.';
comment on column ops.alert_route.kind is 'Null: every kind.';
comment on column ops.alert_route.target is
'An address, or the name that the worker''s configuration has for a webhook: secrets '
'are not kept here.';

create table ops.alert (
    tenant_id integer not null default current_tenant(),
    alert_id bigint generated always as identity,
    kind text not null constraint alert_kind_fkey references ops.alert_template,
    severity text not null,
    subject text not null default '',
    title text not null,
    body text not null,
    payload jsonb not null default '{}',
    occurrences integer not null default 1,
    suppressed boolean not null default false,
    at timestamptz not null default clock_timestamp(),
    last_at timestamptz not null default clock_timestamp(),
    constraint alert_pkey primary key (tenant_id, alert_id)
);
comment on table ops.alert is 'What somebody must hear of.';
comment on column ops.alert.subject is 'What it is about: equal ones are grouped.';
comment on column ops.alert.occurrences is 'How often it happened while it was one group.';
comment on column ops.alert.suppressed is 'Beyond the template''s rate: not sent.';
create index alert_group_idx on ops.alert (tenant_id, kind, subject, last_at);

create table ops.alert_delivery (
    tenant_id integer not null default current_tenant(),
    alert_id bigint not null,
    route_id bigint not null,
    status text not null default 'queued' constraint alert_delivery_status
    check (status in ('queued', 'sent', 'failed')),
    attempts integer not null default 0,
    error text,
    sent_at timestamptz,
    constraint alert_delivery_pkey primary key (tenant_id, alert_id, route_id),
    constraint alert_delivery_alert_fkey foreign key (tenant_id, alert_id)
    references ops.alert,
    constraint alert_delivery_route_fkey foreign key (tenant_id, route_id)
    references ops.alert_route
);
comment on table ops.alert_delivery is 'What became of sending an alert on a route.';

alter table ops.alert_route enable row level security, force row level security;
create policy tenant_isolation on ops.alert_route
using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
alter table ops.alert enable row level security, force row level security;
create policy tenant_isolation on ops.alert
using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
alter table ops.alert_delivery enable row level security, force row level security;
create policy tenant_isolation on ops.alert_delivery
using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
