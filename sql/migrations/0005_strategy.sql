-- Strategies as data: documents, their versions, what their backtests came to.

create schema strategy;
comment on schema strategy is
'Strategies as JSON documents, compiled to signals, and what their backtests came to.';

-- The whitelist: what a document may call an indicator. Every row is an aggregate of the
-- extension with that name.
create table strategy.indicator (
    indicator text constraint indicator_pkey primary key
    constraint indicator_name check (indicator ~ '^[a-z][a-z0-9_]{0,40}$'),
    inputs text [] not null default '{}',
    bars text [] not null default '{}',
    parameters text [] not null,
    defaults double precision [] not null,
    minimums double precision [] not null,
    maximums double precision [] not null,
    whole boolean [] not null,
    outputs text [] not null default '{}',
    formula text not null,
    source text not null,
    constraint indicator_parameters_match check (
        cardinality(parameters) = cardinality(defaults)
        and cardinality(parameters) = cardinality(minimums)
        and cardinality(parameters) = cardinality(maximums)
        and cardinality(parameters) = cardinality(whole)
    ),
    constraint indicator_has_input check (cardinality(inputs) + cardinality(bars) > 0)
);
comment on table strategy.indicator is
'The indicators that a strategy may use: the whitelist of strategy.compile.';
comment on column strategy.indicator.inputs is
'Names of inputs that the document chooses: x (the close if it says nothing), y.';
comment on column strategy.indicator.bars is
'Series of the bar that it always reads: high, low, close, ...';
comment on column strategy.indicator.defaults is
'Value of each parameter that the document leaves out; null: it must be given.';
comment on column strategy.indicator.outputs is
'Fields, if it has several; a document writes name.field.';
comment on column strategy.indicator.formula is 'How it is computed, in one line.';
comment on column strategy.indicator.source is 'Who defined it.';

create table strategy.strategy (
    tenant_id integer not null default current_tenant()
    constraint strategy_tenant_fkey references tenant.tenant,
    strategy_id bigint generated always as identity,
    name text not null
    constraint strategy_name check (length(name) between 1 and 100),
    status text not null default 'draft'
    constraint strategy_status check (status in ('draft', 'active', 'retired')),
    created_at timestamptz not null default clock_timestamp(),
    constraint strategy_pkey primary key (tenant_id, strategy_id),
    constraint strategy_name_key unique (tenant_id, name)
);
comment on table strategy.strategy is
'A strategy of a tenant; what it does is in its versions.';
comment on column strategy.strategy.status is
'draft may not trade, active may, retired no longer does.';

create table strategy.version (
    tenant_id integer not null default current_tenant(),
    strategy_id bigint not null,
    version integer not null constraint version_is_positive check (version > 0),
    config jsonb not null,
    config_hash bytea not null,
    note text,
    created_at timestamptz not null default clock_timestamp(),
    constraint version_pkey primary key (tenant_id, strategy_id, version),
    constraint version_strategy_fkey foreign key (tenant_id, strategy_id)
    references strategy.strategy,
    constraint version_config_key unique (tenant_id, strategy_id, config_hash)
);
comment on table strategy.version is
'A document of a strategy, checked when it was saved; never changed.';
comment on column strategy.version.config_hash is 'SHA-256 of the document''s text.';

create table strategy.backtest (
    tenant_id integer not null default current_tenant()
    constraint backtest_tenant_fkey references tenant.tenant,
    backtest_id bigint generated always as identity,
    strategy_id bigint,
    version integer,
    config jsonb not null,
    symbols text [] not null,
    portfolio boolean not null,
    from_ts timestamptz,
    to_ts timestamptz,
    as_of timestamptz not null,
    first_ts timestamptz,
    last_ts timestamptz,
    bars integer not null,
    final_equity double precision not null,
    total_return double precision,
    cagr double precision,
    volatility double precision,
    sharpe double precision,
    sortino double precision,
    max_drawdown double precision,
    calmar double precision,
    exposure double precision,
    buy_and_hold double precision,
    trade_count integer not null,
    win_rate double precision,
    profit_factor double precision,
    fees double precision,
    refused_entries integer not null,
    trials integer not null constraint backtest_trials check (trials > 0),
    deflated_sharpe double precision,
    trades jsonb not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint backtest_pkey primary key (tenant_id, backtest_id),
    constraint backtest_version_fkey foreign key (tenant_id, strategy_id, version)
    references strategy.version
);
comment on table strategy.backtest is
'What recorded backtests came to, with their documents and trades.';
comment on column strategy.backtest.trials is
'How many settings of this family had been tried by then; what deflated_sharpe counts.';
comment on column strategy.backtest.deflated_sharpe is
'Probability that the Sharpe ratio is more than the luck of so many trials.';
create index backtest_strategy_idx on strategy.backtest (
    tenant_id, strategy_id, version
);

-- Every setting that a sweep has tried, so that the next one knows how many there were.
create table strategy.trial (
    tenant_id integer not null default current_tenant()
    constraint trial_tenant_fkey references tenant.tenant,
    family bytea not null,
    trial_hash bytea not null,
    parameters jsonb not null,
    sharpe double precision,
    bars integer not null,
    tried_at timestamptz not null default clock_timestamp(),
    constraint trial_pkey primary key (tenant_id, family, trial_hash)
);
comment on table strategy.trial is
'Each setting that strategy.sweep has tried, once: the trial count of the deflated Sharpe ratio.';
comment on column strategy.trial.family is
'SHA-256 of the document without the values of its parameters.';
comment on column strategy.trial.trial_hash is
'SHA-256 of parameter values, symbols and span.';
comment on column strategy.trial.sharpe is 'Sharpe ratio of one period, not of a year.';

-- What a compilation has made so far, handed from node to node.
create type strategy.compilation as (
    columns text [],
    steps integer [],
    nodes integer,
    fields text []
);
comment on type strategy.compilation is
'Columns that need a window, the step in which each is computed, how many nodes were read, and which fields of the snapshot.';

-- Rows of strategy.backtest(), .sweep() and .walk_forward().
create type strategy.backtest_row as (
    variant integer,
    span integer,
    symbol text,
    first_ts timestamptz,
    last_ts timestamptz,
    bars integer,
    skipped_bars integer,
    final_equity double precision,
    total_return double precision,
    cagr double precision,
    volatility double precision,
    sharpe double precision,
    sortino double precision,
    max_drawdown double precision,
    calmar double precision,
    exposure double precision,
    buy_and_hold double precision,
    trade_count integer,
    win_rate double precision,
    profit_factor double precision,
    fees double precision,
    refused_entries integer,
    trades backtest_portfolio_trade [],
    equity double precision []
);
comment on type strategy.backtest_row is
'What one backtest came to; symbol is null for a portfolio. See backtest_result of the extension.';

create type strategy.signal as (
    symbol text,
    ts timestamptz,
    known_at timestamptz,
    open double precision,
    high double precision,
    low double precision,
    close double precision,
    enter boolean,
    leave boolean,
    score double precision
);
comment on type strategy.signal is
'What a strategy says at the close of one bar; a fill is at the open of the next.';
