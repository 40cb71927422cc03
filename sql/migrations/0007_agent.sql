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
    created_by text not null default session_user,
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
    exit_plan jsonb,
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

comment on column agent.decision.exit_plan is
'When to get out again: {"stop", "target": prices, "until": time, "close_below", '
'"close_above": prices that prove it wrong, "invalidation": the same in words}.';

-- What waits for a person, and what they said.
create table agent.approval_mode (
    tenant_id integer not null default current_tenant(),
    strategy_id bigint not null default 0,
    mode text not null constraint approval_mode_mode
    check (mode in ('suggest', 'approve', 'auto')),
    changed_at timestamptz not null default clock_timestamp(),
    changed_by text not null default session_user,
    constraint approval_mode_pkey primary key (tenant_id, strategy_id)
);
comment on table agent.approval_mode is
'What becomes of a strategy''s decisions: suggest (nothing), approve (an order when '
'somebody says so), auto (an order). Without a row: the setting approval_mode.';
comment on column agent.approval_mode.strategy_id is '0: cycles without a strategy.';

create table agent.approval (
    tenant_id integer not null default current_tenant(),
    approval_id bigint generated always as identity,
    kind text not null constraint approval_kind
    check (kind in ('decision', 'breaker', 'weight')),
    decision_id bigint,
    account_id bigint,
    symbol text,
    proposal jsonb not null,
    reason text not null,
    status text not null default 'open' constraint approval_status
    check (status in ('suggested', 'open', 'approved', 'rejected', 'expired')),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    decided_at timestamptz,
    decided_by text,
    decided_reason text,
    edited jsonb,
    order_id bigint,
    constraint approval_pkey primary key (tenant_id, approval_id),
    constraint approval_decision_key unique (tenant_id, decision_id),
    constraint approval_decision_fkey foreign key (tenant_id, decision_id)
    references agent.decision
);
comment on table agent.approval is
'The inbox: what waits for a person''s word, until when, and what was said.';
comment on column agent.approval.proposal is 'What happens if it is approved as it is.';
comment on column agent.approval.edited is 'What the person changed.';
create index approval_open_idx on agent.approval (tenant_id) where status = 'open';

create table agent.shadow (
    tenant_id integer not null default current_tenant(),
    decision_id bigint not null,
    account_id bigint not null,
    instrument_id integer not null
    constraint shadow_instrument_fkey references market.instrument,
    symbol text not null,
    side text not null constraint shadow_side check (side in ('buy', 'sell')),
    quantity numeric not null,
    as_of timestamptz not null,
    entry_price numeric,
    exit_price numeric,
    result double precision,
    exit_at timestamptz,
    constraint shadow_pkey primary key (tenant_id, decision_id),
    constraint shadow_decision_fkey foreign key (tenant_id, decision_id)
    references agent.decision
);
comment on table agent.shadow is
'Decisions taken while the circuit breaker was open: never sent, but what would have '
'come of them is written down.';
comment on column agent.shadow.result is
'Return as a fraction after fee and slippage, in at the next open and out at a close '
'(setting shadow_bars); null until that is known.';
create index shadow_account_idx on agent.shadow (tenant_id, account_id, exit_at);

create table agent.event (
    tenant_id integer not null default current_tenant(),
    event_id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    cycle_id bigint,
    trace_id uuid,
    type text not null constraint event_type check (type ~ '^[A-Z][A-Za-z]+$'),
    symbol text,
    payload jsonb not null default '{}',
    place bigint not null default 0,
    previous_hash bytea,
    hash bytea not null default '',
    constraint event_pkey primary key (tenant_id, event_id, at)
) partition by range (at);
comment on table agent.event
    is 'Everything that happened, append-only, one partition a month.';
comment on column agent.event.type is
'SignalGenerated, RiskAssessed, ValidationComplete, MetaAgentDecision, '
'DecisionRecorded, OrderPlaced, OrderRefused, TradeExecuted, ...';
comment on column agent.event.place is
'Its place in the chain of its cycle (of the tenant''s desk, without a cycle).';
comment on column agent.event.hash is
'SHA-256 of the hash before it in its chain and all that the row says.';

create table agent.chain (
    tenant_id integer not null default current_tenant(),
    cycle_id bigint not null,
    place bigint not null,
    hash bytea not null,
    constraint chain_pkey primary key (tenant_id, cycle_id)
) with (fillfactor = 50);
comment on table agent.chain is
'The last link of each chain of events; cycle 0 is the tenant''s desk. A chain for each '
'cycle, so that cycles do not wait for each other to commit.';

create table agent.seal (
    tenant_id integer not null default current_tenant(),
    day date not null,
    events bigint not null,
    previous_hash bytea,
    hash bytea not null,
    sealed_at timestamptz not null default clock_timestamp(),
    constraint seal_pkey primary key (tenant_id, day)
);
comment on table agent.seal is
'A digest over all events of a day (UTC) and over the seal before it.';
create index event_cycle_idx on agent.event (tenant_id, cycle_id)
where cycle_id is not null;
create index event_at_idx on agent.event (tenant_id, at);

-- Language models: which there are, what they cost, what they were asked.

create table agent.model (
    provider text not null constraint model_provider check (provider ~ '^[a-z][a-z0-9-]*$'),
    model text not null,
    context_tokens integer not null constraint model_context_tokens
    check (context_tokens > 0),
    is_local boolean not null default false,
    enabled boolean not null default true,
    place integer not null default 100,
    expected_score double precision not null default 0.5
    constraint model_expected_score check (expected_score between 0 and 1),
    expected_ms double precision not null default 3000
    constraint model_expected_ms check (expected_ms >= 0),
    constraint model_pkey primary key (provider, model)
);
comment on table agent.model is
'The language models that a task can be routed to, with what is expected of each '
'before the call log knows better.';
comment on column agent.model.is_local
    is 'Whether a prompt stays on machines of our own.';
comment on column agent.model.place
    is 'Order of the static table: the fallback of a routing that learns.';
comment on column agent.model.expected_score
    is 'Share of useful answers expected, 0 to 1.';
comment on column agent.model.expected_ms is 'Duration of a call expected.';

create table agent.model_price (
    provider text not null,
    model text not null,
    valid_from date not null default '2000-01-01',
    prompt_price numeric not null constraint model_price_prompt check (prompt_price >= 0),
    cached_price numeric constraint model_price_cached check (cached_price >= 0),
    completion_price numeric not null constraint model_price_completion
    check (completion_price >= 0),
    source text not null,
    constraint model_price_pkey primary key (provider, model, valid_from),
    constraint model_price_model_fkey foreign key (provider, model)
    references agent.model
);
comment on table agent.model_price is
'What a model costs from a day on, in US dollars per million tokens.';
comment on column agent.model_price.prompt_price
    is 'US dollars per million prompt tokens.';
comment on column agent.model_price.cached_price
    is 'US dollars per million prompt tokens that the provider had cached; null: as others.';
comment on column agent.model_price.completion_price
    is 'US dollars per million completion tokens.';

create table agent.call (
    tenant_id integer not null default current_tenant(),
    call_id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    cycle_id bigint,
    step text,
    symbol text,
    task text not null constraint call_task check (task <> ''),
    provider text not null,
    model text not null,
    prompt_version text,
    attempt integer not null default 1,
    outcome text not null constraint call_outcome check (outcome in (
        'ok', 'invalid', 'timeout', 'rate_limited', 'error', 'canceled'
    )),
    error text,
    prompt_tokens integer constraint call_prompt_tokens check (prompt_tokens >= 0),
    cached_tokens integer not null default 0
    constraint call_cached_tokens check (cached_tokens >= 0),
    completion_tokens integer
    constraint call_completion_tokens check (completion_tokens >= 0),
    cost numeric not null default 0 constraint call_cost check (cost >= 0),
    ms double precision,
    first_token_ms double precision,
    replayed boolean not null default false,
    prompt text,
    answer text,
    prompt_hash bytea,
    answer_hash bytea,
    constraint call_pkey primary key (tenant_id, call_id, at)
) partition by range (at);
comment on table agent.call is
'Each call of a language model, one partition a month: what it cost, how long it '
'took, what came of it.';
comment on column agent.call.outcome is
'ok; invalid: an answer that is not of the schema, after its repair; timeout, '
'rate_limited, error: the provider''s; canceled: ours.';
comment on column agent.call.cost is 'US dollars, by agent.model_price; 0 when replayed.';
comment on column agent.call.replayed is 'The answer came from agent.answer.';
comment on column agent.call.prompt
    is 'What was asked; null unless the setting call_log is full.';
create index call_at_idx on agent.call (tenant_id, at);
create index call_cycle_idx on agent.call (tenant_id, cycle_id)
where cycle_id is not null;

create table agent.call_score (
    tenant_id integer not null default current_tenant(),
    call_id bigint not null,
    source text not null constraint call_score_source
    check (source in ('outcome', 'rating', 'validation')),
    score double precision not null constraint call_score_score
    check (score between 0 and 1),
    reason text,
    at timestamptz not null default clock_timestamp(),
    constraint call_score_pkey primary key (tenant_id, call_id, source)
);
comment on table agent.call_score is
'How good an answer proved to be, 0 to 1: by what the market did, by people''s '
'rating, by the next agent''s validation. The routing learns from it.';

create table agent.prompt (
    tenant_id integer not null default current_tenant()
    constraint prompt_tenant_fkey references tenant.tenant,
    name text not null constraint prompt_name check (name ~ '^[A-Za-z][A-Za-z0-9_-]*$'),
    version integer not null constraint prompt_version check (version > 0),
    body text not null constraint prompt_body check (body <> ''),
    answer_schema jsonb,
    active boolean not null default true,
    note text,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null default session_user,
    constraint prompt_pkey primary key (tenant_id, name, version)
);
comment on table agent.prompt is
'Prompts in versions that never change; a tenant''s own go before those of tenant 0.';
comment on column agent.prompt.answer_schema
    is 'JSON schema that the answer must follow; null: free text.';
comment on column agent.prompt.active
    is 'The newest active version of a name is the one in use.';
-- The system's prompts are there for everybody.
alter table agent.prompt enable row level security, force row level security;
create policy tenant_isolation on agent.prompt
using (tenant_id in (current_tenant(), 0)) with check (tenant_id = current_tenant());

create table agent.answer (
    tenant_id integer not null default current_tenant(),
    key bytea not null constraint answer_key check (octet_length(key) = 32),
    provider text not null,
    model text not null,
    answer jsonb not null,
    prompt_tokens integer,
    completion_tokens integer,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    hits integer not null default 0,
    constraint answer_pkey primary key (tenant_id, key)
);
comment on table agent.answer is
'Answers of language models by the digest of everything that was asked.';
comment on column agent.answer.key
    is 'SHA-256 of model, prompt, schema and parameters.';
create index answer_expires_idx on agent.answer (tenant_id, expires_at);

-- Swarm memory: what each agent said, what came of it, how much it counts.
create table agent.action (
    tenant_id integer not null default current_tenant(),
    cycle_id bigint not null,
    agent text not null,
    symbol text not null,
    model text not null,
    stance integer not null constraint action_stance check (stance in (-1, 0, 1)),
    regime text,
    horizon integer not null,
    snapshot_id bigint,
    decision_id bigint,
    as_of timestamptz not null,
    impact double precision,
    pnl numeric,
    settled_at timestamptz,
    constraint action_pkey primary key (tenant_id, cycle_id, agent, symbol),
    constraint action_cycle_fkey foreign key (tenant_id, cycle_id)
    references agent.cycle
);
comment on table agent.action is
'What an agent stood for in a cycle, and what it brought.';
comment on column agent.action.stance is
'1 for buying, -1 for selling, 0 for neither: a refusal stands against the signal.';
comment on column agent.action.impact is
'The symbol''s return over `horizon` bars times the stance, as a fraction.';
comment on column agent.action.pnl is
'Realised profit of the position that the decision opened, with the sign of having '
'been for it.';
create index action_open_idx on agent.action (tenant_id, as_of) where settled_at is null;

create table agent.weight (
    tenant_id integer not null default current_tenant(),
    weight_id bigint generated always as identity,
    agent text not null,
    regime text not null default '',
    weight double precision not null constraint weight_weight
    check (weight between 0.25 and 2),
    status text not null constraint weight_status
    check (status in ('suggested', 'applied', 'rejected', 'replaced')),
    reason text not null,
    evidence jsonb not null,
    at timestamptz not null default clock_timestamp(),
    constraint weight_pkey primary key (tenant_id, weight_id)
);
comment on table agent.weight is
'How much an agent''s word counts, in a regime or (empty) in all; 1 is even, never '
'below 0.25: nobody is muted silently.';
create index weight_agent_idx on agent.weight (tenant_id, agent, regime, at desc);
