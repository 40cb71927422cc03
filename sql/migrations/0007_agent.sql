-- What the agents did: cycles, their steps, decisions, and every event.

create schema agent;
comment on schema agent
    is 'Cycles of the four agents, their steps, decisions and events.';

create table agent.cycle (
    tenant_id integer not null default current_tenant()
    constraint cycle_tenant_fkey references tenant.tenant,
    cycle_id bigint generated always as identity,
    kind text not null default 'manual' constraint cycle_kind check (kind <> ''),
    symbols text[] not null constraint cycle_symbols check (cardinality(symbols) > 0),
    execute boolean not null default false,
    strategy_id bigint,
    as_of timestamptz not null,
    account_id bigint,
    status text not null default 'queued'
    constraint cycle_status check (status in ('queued', 'running', 'done', 'failed')),
    reason text,
    trace_id uuid not null default gen_random_uuid(),
    created_at timestamptz not null default clock_timestamp(),
    started_at timestamptz,
    finished_at timestamptz,
    constraint cycle_pkey primary key (tenant_id, cycle_id),
    constraint cycle_needs_account check (account_id is not null or not execute)
);
comment on table agent.cycle
    is 'One run of the four agents over some symbols, as of a time.';
comment on column agent.cycle.execute is 'Whether decisions become orders.';
comment on column agent.cycle.as_of is 'What was known after this time is not seen.';
comment on column agent.cycle.trace_id
    is 'Ties together logs, events and orders of one cycle.';

create table agent.step (
    tenant_id integer not null default current_tenant(),
    cycle_id bigint not null,
    step text not null
    constraint step_step check (
        step in ('DataAgent', 'RiskManager', 'Validator', 'MetaAgent')
    ),
    symbol text not null,
    verdict text not null,
    reason text,
    output jsonb,
    input_hash text,
    model text not null,
    prompt_version text,
    prompt_tokens integer,
    completion_tokens integer,
    ms double precision,
    cost numeric,
    at timestamptz not null default clock_timestamp(),
    constraint step_pkey primary key (tenant_id, cycle_id, step, symbol),
    constraint step_cycle_fkey foreign key (tenant_id, cycle_id) references agent.cycle
);
comment on table agent.step
    is 'What one agent said about one symbol; written once, so that a cycle resumes '
       'after it.';
comment on column agent.step.input_hash is 'Digest of what the agent was given.';
comment on column agent.step.cost is 'Price of the model call, US dollars.';

create table agent.decision (
    tenant_id integer not null default current_tenant(),
    decision_id bigint generated always as identity,
    cycle_id bigint not null,
    symbol text not null,
    action text not null constraint decision_action
        check (action in ('EXECUTE', 'DO_NOT_EXECUTE')),
    side text constraint decision_side check (side in ('buy', 'sell')),
    quantity numeric
    constraint decision_quantity check (quantity > 0 and quantity < 'infinity'),
    reason text not null,
    as_of timestamptz not null,
    at timestamptz not null default clock_timestamp(),
    constraint decision_pkey primary key (tenant_id, decision_id),
    constraint decision_key unique (tenant_id, cycle_id, symbol),
    constraint decision_cycle_fkey foreign key (tenant_id, cycle_id)
        references agent.cycle,
    constraint decision_executable
    check (action = 'DO_NOT_EXECUTE' or (side is not null and quantity is not null))
);
comment on table agent.decision
    is 'What a cycle decided for a symbol: final, one a symbol.';

create table agent.event (
    tenant_id integer not null default current_tenant(),
    event_id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    cycle_id bigint,
    trace_id uuid,
    type text not null constraint event_type check (type ~ '^[A-Z][A-Za-z]+$'),
    symbol text,
    payload jsonb not null default '{}',
    constraint event_pkey primary key (tenant_id, event_id, at)
) partition by range (at);
comment on table agent.event
    is 'Everything that happened, append-only, one partition a month.';
comment on column agent.event.type is
'SignalGenerated, RiskAssessed, ValidationComplete, MetaAgentDecision, '
'DecisionRecorded, OrderPlaced, OrderRefused, TradeExecuted, ...';
create index event_cycle_idx on agent.event (tenant_id, cycle_id)
where cycle_id is not null;
create index event_at_idx on agent.event (tenant_id, at);
