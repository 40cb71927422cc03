-- An operator's hand: not at all, or now.
--
-- Example: select work.cancel('{12,13}') -> 2
--          select work.retry('{14}') -> 1

create or replace function work.cancel(job_ids bigint[])
returns integer
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    unwanted bigint;
    canceled integer := 0;
begin
    for unwanted in
        select j.job_id from work.job as j
        where j.job_id = any(cancel.job_ids)
        order by j.job_id
        for update of j
    loop
        -- One that came after another of them is dead by now.
        continue when not exists (
            select from work.job as j where j.job_id = unwanted
        );
        update work.job as j
        set errors = work._with_error(j.errors, j.attempt, j.worker_id, 'canceled')
        where j.job_id = unwanted;
        perform work._bury(unwanted, 'canceled');
        canceled := canceled + 1;
    end loop;
    return canceled;
end
$$;
comment on function work.cancel(bigint[]) is
'Moves jobs to work.dead; one that runs loses its lease, and with it its result. '
'Returns how many.';

create or replace function work.retry(job_ids bigint[])
returns integer
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    due integer;
begin
    update work.job as j set state = 'ready', run_at = clock_timestamp()
    from (
        select w.job_id from work.job as w
        where w.job_id = any(retry.job_ids) and w.state = 'waiting'
        order by w.job_id
        for no key update of w
    ) as waiting
    where j.job_id = waiting.job_id;
    get diagnostics due = row_count;
    if due > 0 then
        perform work._wake();
    end if;
    return due;
end
$$;
comment on function work.retry(bigint[]) is
'Lets jobs that wait for their time, or for another attempt, start now; returns how '
'many.';
