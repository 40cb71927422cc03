-- A dead job gets another life, with all its attempts.
--
-- Example: select work.requeue_dead(12) -> 40 (the new job)

create or replace function work.requeue_dead(job_id bigint)
returns bigint
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    dead work.dead;
begin
    delete from work.dead as d where d.job_id = requeue_dead.job_id
    returning d.* into dead;
    if not found then
        raise exception using
            errcode = 'BW207',
            message = format('there is no dead job %s', requeue_dead.job_id),
            hint = 'The dead jobs are the rows of work.dead.';
    end if;
    return work.enqueue(
        dead.kind, dead.payload, dead.tenant_id, dead.priority,
        dedup_key => dead.dedup_key
    );
end
$$;
comment on function work.requeue_dead(bigint) is
'Revives a dead job as a new one and returns its id.';
