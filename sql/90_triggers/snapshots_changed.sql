-- New or changed daily snapshots -> the market's conditions and regimes, once all that
-- waits is computed: one job, behind the others, from the earliest day.

create or replace function market.on_snapshots_changed()
returns trigger
language plpgsql
security definer -- whoever writes snapshots has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform work.enqueue_many(
        'compute_conditions', array_agg(wanted.payload), array_agg(0),
        priority => 200, dedup_keys => array_agg(wanted.bar_interval)
    )
    from (
        select
            c.bar_interval,
            jsonb_build_object(
                'bar_interval', c.bar_interval,
                'from', to_char(
                    min(c.ts) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
                )
            ) as payload
        from changed as c
        where c.bar_interval = '1d'
        group by c.bar_interval
    ) as wanted
    having count(*) > 0;
    return null;
end
$$;
comment on function market.on_snapshots_changed() is
'Trigger function: enqueues compute_conditions for the days of new or changed snapshots.';

create or replace trigger _600_conditions_inserted after insert on market.snapshot
referencing new table as changed
for each statement execute function market.on_snapshots_changed();
create or replace trigger _600_conditions_updated after update on market.snapshot
referencing new table as changed
for each statement execute function market.on_snapshots_changed();
