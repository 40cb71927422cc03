-- Comparing the books from time to time: the job reconcile_account, which a schedule of
-- each account that is not on paper enqueues every quarter of an hour.
--
-- Example: select trade.reconcile_paper(1) -> {"status": "ok", ...}

insert into work.kind as known
(
    name, description, max_attempts, backoff_base, backoff_max, lease, side_effects,
    merge_least
)
values
('reconcile_account', 'Compare the books of one account with its broker''s.',
5, '5 seconds', '5 minutes', '1 minute', false, null)
on conflict (name) do update
    set description = excluded.description, side_effects = excluded.side_effects
    where (known.description, known.side_effects)
    is distinct from (excluded.description, excluded.side_effects);

create or replace function trade.reconcile_paper(account_id bigint)
returns jsonb
language sql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$ select trade.reconcile(account_id, trade.paper_state(account_id)) $$;
comment on function trade.reconcile_paper(bigint) is
'Compares the books of a paper account with the paper broker''s own.';
