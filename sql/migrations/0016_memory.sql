-- Pattern search over packed vectors, base rates kept by month, embeddings of what
-- snapshots said before a correction.

-- Both are made anew, with another result.
drop function if exists market._snapshot_rows(integer, text, timestamptz);
drop function if exists market._snapshot_fields(integer, text);
drop function if exists memory._text_embedding(bigint);
drop function if exists api.pattern_query(
    text, timestamptz, integer, integer, text, integer, double precision, jsonb, text
);
-- The extension's has its place.
drop function if exists memory.binomial_p_value(integer, integer, double precision);

-- Features lie on a grid of 1/32, so that eight bits hold one without loss.
update market.snapshot as s
set features = (array(
    select round(f.x * 32) / 32
    from unnest(s.features::real []) with ordinality as f (x, place)
    order by f.place
))::public.vector
where s.features is not null;
update market.snapshot_version as s
set features = (array(
    select round(f.x * 32) / 32
    from unnest(s.features::real []) with ordinality as f (x, place)
    order by f.place
))::public.vector
where s.features is not null;

create table market.snapshot_block (
    bar_interval text not null,
    instrument_id integer not null,
    block integer not null,
    first_ts timestamptz not null,
    last_ts timestamptz not null,
    first_known_at timestamptz not null,
    entries bytea not null,
    constraint snapshot_block_pkey primary key (bar_interval, instrument_id, block)
) with (toast_tuple_target = 8160);
-- A hundred entries are a page, read without a detour.
alter table market.snapshot_block alter column entries set storage external;
comment on table market.snapshot_block is
'Feature vectors of a hundred bars of one instrument side by side, with their times; what pattern search reads. Kept by triggers on market.snapshot.';
comment on column market.snapshot_block.block is 'bar_number / 100.';
comment on column market.snapshot_block.entries is
'Made by the aggregate pattern_block, with what corrected snapshots said before.';
create index snapshot_bar_number_idx on market.snapshot (
    instrument_id, bar_interval, bar_number
);
-- It carried the vectors for a scan that blocks have replaced.
drop index market.snapshot_features_idx;

create table market.base_rate (
    instrument_id integer not null,
    bar_interval text not null,
    horizon integer not null,
    month date not null,
    n integer not null,
    wins integer not null,
    total double precision not null,
    constraint base_rate_pkey primary key (instrument_id, bar_interval, horizon, month)
);
comment on table market.base_rate is
'What outcomes of an instrument had added up to when a month began, as was known then. Kept by triggers on market.outcome.';
comment on column market.base_rate.month is 'Its first day, UTC; what became known before it counts.';
comment on column market.base_rate.wins is 'Forward returns above 0.';
comment on column market.base_rate.total is 'Sum of forward returns.';

create table memory.embedding_version (
    model_id integer not null
    constraint embedding_version_model_fkey references memory.model,
    snapshot_id bigint not null,
    known_until timestamptz not null,
    content_hash bytea not null,
    embedding public.vector not null,
    constraint embedding_version_pkey primary key (model_id, snapshot_id, known_until),
    constraint embedding_version_snapshot_fkey foreign key (snapshot_id)
    references market.snapshot on delete cascade
);
comment on table memory.embedding_version is
'Text embeddings of what snapshots said before a bar was corrected; market data, so without a tenant.';
comment on column memory.embedding_version.known_until is
'That of the row in market.snapshot_version whose text it is.';

create table memory.text_block (
    model_id integer not null
    constraint text_block_model_fkey references memory.model,
    bar_interval text not null,
    instrument_id integer not null,
    block integer not null,
    first_ts timestamptz not null,
    last_ts timestamptz not null,
    first_known_at timestamptz not null,
    entries bytea,
    constraint text_block_pkey primary key (model_id, bar_interval, instrument_id, block)
) with (toast_tuple_target = 8160);
-- Sixteen entries of 384 elements are a page, read without a detour.
alter table memory.text_block alter column entries set storage external;
comment on table memory.text_block is
'Text embeddings of sixteen bars of one instrument side by side, rounded to eight bits, with their times; what a search by text reads. Kept by triggers on embeddings and snapshots.';
comment on column memory.text_block.block is 'bar_number / 16.';
comment on column memory.text_block.entries is
'Made by the aggregate pattern_block; null: to be made, since whoever changed it had no tenant and could not read embeddings.';
