-- A cycle row -> run_cycle.

create or replace function agent.on_cycle_queued()
returns trigger
language plpgsql
security definer -- whoever asks for a cycle has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform work.enqueue(
        'run_cycle', jsonb_build_object('cycle_id', new.cycle_id), new.tenant_id, 50,
        dedup_key => format('cycle %s', new.cycle_id)
    );
    return null;
end
$$;
comment on function agent.on_cycle_queued()
    is 'Trigger function: enqueues run_cycle for a new cycle.';

create or replace trigger _500_cycle_queued after insert on agent.cycle
for each row when (new.status = 'queued') execute function agent.on_cycle_queued();
