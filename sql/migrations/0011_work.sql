-- A claim no longer counts the jobs of each flow, nor looks its jobs up once more to
-- remember how far it came.

drop function if exists work._lock_next(work.flow[], integer);
drop function if exists work._shares(work.flow[], integer);
drop function if exists work._remember(text[], work.flow[], bigint[], timestamptz);

-- Finished jobs are looked for by time; a B-tree by kind was of use to nobody and cost
-- a tenth of an acknowledgement.
drop index work.job_done_kind_idx;
create index job_done_finished_idx on work.job_done using brin (finished_at);

-- A claimed job is a new version of its row: room for each of them beside the old one,
-- in the table and in its index, saves the search for another page and the splits.
alter table work.job set (fillfactor = 45);
alter index work.job_pkey set (fillfactor = 50);
