-- The SQLSTATEs of asking the market's memory.

insert into ops.sqlstate as known (code, name, meaning, hint) values
('BW310', 'symbol_unknown', 'No instrument has this symbol.',
'The symbols are in api.instruments.'),
('BW311', 'bad_neighbour_count', 'k is not between 1 and 1000.',
'Ask for 1 to 1000 neighbours.'),
('BW312', 'unknown_horizon', 'No outcomes are kept for this horizon.',
'The horizons are the rows of market.horizon: 1, 5 and 20 bars.'),
('BW313', 'before_history', 'Nothing of the symbol was known at that time.',
'Ask for a later as_of; api.instruments says when each history begins.'),
('BW314', 'unknown_filter', 'A filter has an unknown key.',
'Keys are symbol, asset_class, sector, regime, session, from, to, and numbers of the '
'snapshot.'),
('BW315', 'bad_filter_value', 'A filter has a value of the wrong kind.',
'Give text or an array of texts; from and to are times; a number has '
'{"min": 0, "max": 1}.'),
('BW316', 'bad_similarity', 'min_similarity is not between -1 and 1.',
'Similarity is a cosine; 0.7 is much alike.'),
('BW317', 'unknown_by', 'Snapshots cannot be compared by that.',
'by is features, text or both.'),
('BW318', 'unknown_interval', 'No bars of this interval are known.',
'The intervals are the rows of market.bar_interval.'),
('BW319', 'bad_lookback', 'lookback is not a positive interval.',
'For example interval ''2 years''.'),
('BW320', 'no_text_embedding',
'The snapshot that was asked about has no text embedding.',
'Set a window with memory.set_embedding_window and run a worker, or ask by features.'),
('BW321', 'unknown_model', 'No embedding model of that name is registered.',
'Register it with memory.register_model.'),
('BW322', 'model_differs', 'A model is already registered in another form.',
'Give the new form another name.'),
('BW323', 'embeddings_mismatch', 'Ids, hashes and embeddings differ in number.',
'Send arrays of equal length.'),
('BW325', 'bad_text_weight', 'text_weight is not between 0 and 1.',
'0 is features only, 1 is text only.'),
('BW326', 'bad_bootstrap', 'bootstrap is not between 0 and 100000.',
'0 tests by binomial; 2000 resamples are usual.'),
('BW327', 'bad_regime_count', 'The number of regimes is not between 2 and 12.',
'5 is usual.'),
('BW328', 'template_is_fixed', 'A version of a prompt template was to be changed.',
'Insert the new wording as the next version.'),
('BW329', 'bad_prompt_or_step',
'A prompt template is unknown, or every is not between 1 and 1000.',
'Templates are in api.prompt_templates; kinds are baseline and enriched.'),
('BW324', 'bad_window', 'An embedding window does not end after its start.',
'from_ts must be before to_ts.')
on conflict (code) do update
    set name = excluded.name, meaning = excluded.meaning, hint = excluded.hint
    where (known.name, known.meaning, known.hint)
    is distinct from (excluded.name, excluded.meaning, excluded.hint);

-- Example: perform market.fail('BW310', 'there is no symbol NOPE');
-- Raises with the hint of the table, so that hints are in one place.
create or replace function ops.fail(code text, message text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    known_hint text;
begin
    select s.hint into known_hint from ops.sqlstate as s where s.code = fail.code;
    raise exception using
        errcode = fail.code, message = fail.message, hint = coalesce(known_hint, '');
end
$$;
comment on function ops.fail(text, text) is
'Raises one of our SQLSTATEs with the hint of ops.sqlstate.';
revoke all on function ops.fail(text, text) from public;
