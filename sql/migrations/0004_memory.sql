-- What is remembered as vectors: embedding models, one table of embeddings each, and
-- which snapshots get one.

create schema memory;
comment on schema memory is 'Embedding models, embeddings and what is to be embedded.';

create table memory.model (
    model_id integer generated always as identity
    constraint model_pkey primary key,
    name text not null constraint model_name_key unique,
    dimensions integer not null
    constraint model_dimensions check (dimensions between 1 and 16000),
    pooling text not null constraint model_pooling check (pooling in ('mean', 'cls')),
    table_name text not null constraint model_table_name_key unique
    constraint model_table_name check (table_name ~ '^embedding_[a-z0-9_]{1,50}$'),
    registered_at timestamptz not null default clock_timestamp()
);
comment on table memory.model is
'Registered embedding models; each has its own table, since dimensions differ.';

create table memory.embedding_window (
    model_id integer not null
    constraint embedding_window_model_fkey references memory.model,
    bar_interval text not null
    constraint embedding_window_interval_fkey references market.bar_interval,
    from_ts timestamptz not null,
    to_ts timestamptz not null,
    constraint embedding_window_pkey primary key (model_id, bar_interval),
    constraint embedding_window_is_ordered check (from_ts < to_ts)
);
comment on table memory.embedding_window is
'Which snapshots get a text embedding: from_ts <= ts < to_ts.';

-- The rows of api.similar_patterns and api.pattern_statistics: types, because their columns
-- have the names of arguments.
create type memory.similar_pattern as (
    rank integer,
    snapshot_id bigint,
    symbol text,
    ts timestamptz,
    similarity double precision,
    horizon integer,
    forward_return double precision,
    max_gain double precision,
    max_loss double precision,
    outcome_known_at timestamptz,
    regime text,
    differences jsonb
);
comment on type memory.similar_pattern is 'A snapshot like the one asked about, and what followed it.';

create type memory.pattern_statistic as (
    horizon integer,
    n integer,
    effective_n double precision,
    mean double precision,
    median double precision,
    p05 double precision,
    p25 double precision,
    p75 double precision,
    p95 double precision,
    win_rate double precision,
    win_rate_low double precision,
    win_rate_high double precision,
    base_win_rate double precision,
    base_mean double precision,
    p_value double precision,
    verdict text,
    mean_gain double precision,
    mean_loss double precision
);
comment on type memory.pattern_statistic is 'What followed many like snapshots, over one horizon.';

create table memory.prompt_template (
    name text not null
    constraint prompt_template_name check (name in ('baseline', 'enriched')),
    version integer not null
    constraint prompt_template_version check (version > 0),
    body text not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint prompt_template_pkey primary key (name, version)
);
comment on table memory.prompt_template is
'What api.pattern_prompt fills in; a version is never changed.';
comment on column memory.prompt_template.body is
'Text with {symbol}, {as_of}, {state}, {regime}, {market}, {statistics}, {neighbours}, {verdict}.';

-- A row of api.evaluate_patterns.
create type memory.evaluation as (
    predictor text,
    n integer,
    effective_n double precision,
    abstained integer,
    hit_rate double precision,
    hit_rate_low double precision,
    hit_rate_high double precision,
    ic double precision,
    ic_low double precision,
    ic_high double precision,
    mean_absolute_error double precision,
    below_p05 double precision,
    below_p25 double precision,
    below_p50 double precision,
    below_p75 double precision,
    below_p95 double precision
);
comment on type memory.evaluation is
'How well one way of predicting did, walked forward over history.';
