-- New or corrected bars -> snapshots of their instruments and of those that are
-- measured against them, and the paper broker looks at the orders that wait for them.
-- One job an instrument and interval, from the earliest bar.

create or replace function market.on_bars_changed()
returns trigger
language plpgsql
security definer -- whoever loads bars has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform work.enqueue_many(
        'compute_snapshots', array_agg(wanted.payload), array_agg(0),
        dedup_keys => array_agg(wanted.dedup_key)
    )
    from (
        select
            jsonb_build_object(
                'instrument_id', moved.instrument_id,
                'bar_interval', moved.bar_interval,
                'from', to_char(
                    min(moved.ts) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
                )
            ) as payload,
            format('%s:%s', moved.instrument_id, moved.bar_interval) as dedup_key
        from (
            select dependent.instrument_id, source.bar_interval, source.ts
            from (
                select changed.instrument_id, changed.bar_interval,
                    min(changed.ts) as ts
                from changed group by changed.instrument_id, changed.bar_interval
            ) as source
            cross join lateral
                market.dependents(source.instrument_id) as dependent (instrument_id)
        ) as moved
        -- What has no bars has no snapshots.
        where exists (
            select from market.bar as b
            where b.instrument_id = moved.instrument_id
            and b.bar_interval = moved.bar_interval
        )
        group by moved.instrument_id, moved.bar_interval
    ) as wanted
    having count(*) > 0;

    perform work.enqueue_many(
        'match_orders', array_agg(wanted.payload), array_agg(wanted.tenant_id),
        dedup_keys => array_agg(wanted.dedup_key)
    )
    from (
        select distinct
            w.tenant_id, jsonb_build_object('account_id', w.account_id) as payload,
            format('account %s', w.account_id) as dedup_key
        from work.waiting_order as w
        where exists (select from changed where changed.instrument_id = w.instrument_id)
    ) as wanted
    having count(*) > 0;
    return null;
end
$$;
comment on function market.on_bars_changed() is
'Trigger function: enqueues compute_snapshots and match_orders for the instruments of '
'new bars.';

create or replace trigger _500_bars_inserted after insert on market.bar
referencing new table as changed
for each statement execute function market.on_bars_changed();
create or replace trigger _500_bars_updated after update on market.bar
referencing new table as changed
for each statement execute function market.on_bars_changed();
