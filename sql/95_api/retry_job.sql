-- Another life for a dead job of the desk. Those of the system are the operator's:
-- bellwether jobs retry.
--
-- Example: select api.retry_job(12);

create or replace function api.retry_job(job_id bigint)
returns bigint
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if not exists (
        select from work.dead as d
        where
            d.job_id = retry_job.job_id
            and d.tenant_id = public.current_tenant()
    ) then
        raise exception using
            errcode = 'BW207',
            message = format('there is no dead job %s', retry_job.job_id),
            hint = 'The dead jobs of the desk: select * from api.jobs '
            'where state = ''dead'' and not is_system.';
    end if;
    return work.requeue_dead(retry_job.job_id);
end
$$;
comment on function api.retry_job(bigint) is
'Revives a dead job of the desk with all its attempts and returns its id, or that of '
'an equal job that lives meanwhile.';
