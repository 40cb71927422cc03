-- Sketches of blocks of patterns: a question looks at all sketches, which are a quarter of
-- the blocks' size or less, and then only at the blocks that may hold what it seeks.

create table market.pattern_basis (
    basis_id integer generated always as identity constraint pattern_basis_pkey primary key,
    source text not null,
    bar_interval text not null,
    basis bytea not null
);
comment on table market.pattern_basis is
'Axes along which patterns of one source and interval differ most; sketches are made with the newest. An answer does not depend on them, only how fast it comes.';
comment on column market.pattern_basis.source is
'features, or text and the number of the model: which blocks.';
comment on column market.pattern_basis.basis is 'Made by the aggregate pattern_basis.';
alter table market.pattern_basis alter column basis set storage external;

create table market.pattern_sketch (
    basis_id integer not null
    constraint pattern_sketch_basis_fkey references market.pattern_basis,
    instrument_id integer not null,
    sketch integer not null,
    entries bytea not null,
    constraint pattern_sketch_pkey primary key (basis_id, instrument_id, sketch)
) with (toast_tuple_target = 8160);
-- A sketch is a page, as a block is.
alter table market.pattern_sketch alter column entries set storage external;
comment on table market.pattern_sketch is
'What some blocks in a row of one instrument look like along the axes of a basis. Kept with the blocks.';
comment on column market.pattern_sketch.sketch is
'Number of its blocks / 4 for features, / 12 for text.';
comment on column market.pattern_sketch.entries is 'Made by the aggregate pattern_sketch.';

alter table market.snapshot_block add column sketched boolean not null default false;
comment on column market.snapshot_block.sketched is
'Whether a sketch tells of it; a question reads those without one in any case.';
create index snapshot_block_not_sketched_idx on market.snapshot_block (bar_interval)
where not sketched;
alter table memory.text_block add column sketched boolean not null default false;
comment on column memory.text_block.sketched is
'Whether a sketch tells of it; a question reads those without one in any case.';
create index text_block_not_sketched_idx on memory.text_block (model_id, bar_interval)
where not sketched;
create index text_block_waiting_idx on memory.text_block (model_id, bar_interval)
where entries is null;
