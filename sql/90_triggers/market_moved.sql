-- A bar of less than a day that moved far -> market_move for each tenant whose monitor
-- wants it, once within its cooldown, before everything else.

create or replace function market.on_market_moved()
returns trigger
language plpgsql
security definer -- whoever loads bars has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted record;
begin
    if not exists (select from work.monitor) then
        return null;
    end if;
    -- One row, or none.
    for wanted in
    with moved as (
        select distinct on (m.tenant_id, b.instrument_id)
            m.tenant_id, b.instrument_id, i.symbol, b.known_at as at, b.close,
            m.within, m.cooldown, m.execute, far.move, far.from_price
        from changed as b
        inner join market.bar_interval as l on b.bar_interval = l.bar_interval
        inner join market.instrument as i on b.instrument_id = i.instrument_id
        inner join work.monitor as m
            on
                i.asset_class = any(m.asset_classes)
                and (m.symbols is null or i.symbol = any(m.symbols))
                and l.length <= m.within
        left join work.monitor_move as known
            on m.tenant_id = known.tenant_id
            and b.instrument_id = known.instrument_id
        cross join lateral market.move_of(b::market.bar, m.within, m.move_fraction)
            as far
        -- Market time: a replay has cooldowns, too. A bar that comes late, or again,
        -- tells nothing new.
        where known.at is null or b.known_at >= known.at + m.cooldown
        order by m.tenant_id, b.instrument_id, b.known_at
    ),

    told as (
        insert into work.monitor_move as known (tenant_id, instrument_id, at)
        select moved.tenant_id, moved.instrument_id, moved.at from moved
        on conflict (tenant_id, instrument_id) do update set at = excluded.at
        -- Another load may have told it meanwhile.
        where excluded.at >= known.at + (
            select moved.cooldown from moved
            where moved.tenant_id = known.tenant_id
            and moved.instrument_id = known.instrument_id
        )
        returning known.tenant_id, known.instrument_id
    )

    select
        array_agg(listed.payload) as payloads,
        array_agg(listed.tenant_id) as tenant_ids,
        array_agg(listed.dedup_key) as dedup_keys
    from (
        select
            moved.tenant_id,
            jsonb_build_object(
                'symbol', moved.symbol, 'at', moved.at,
                'move', round(moved.move::numeric, 6),
                'from_price', moved.from_price, 'to_price', moved.close,
                'minutes', trim_scale(extract(epoch from moved.within) / 60),
                'execute', moved.execute
            ) as payload,
            format('%s %s', moved.symbol, moved.at) as dedup_key
        from moved
        inner join told
            on moved.tenant_id = told.tenant_id
            and moved.instrument_id = told.instrument_id
    ) as listed
    having count(*) > 0
    loop
        perform work.enqueue_many(
            'market_move', wanted.payloads, wanted.tenant_ids,
            dedup_keys => wanted.dedup_keys, priority => 1
        );
    end loop;
    return null;
end
$$;
comment on function market.on_market_moved() is
'Trigger function: enqueues market_move for sudden moves that a tenant watches for.';

create or replace trigger _520_market_moved after insert on market.bar
referencing new table as changed
for each statement execute function market.on_market_moved();
create or replace trigger _520_market_moved_updated after update on market.bar
referencing new table as changed
for each statement execute function market.on_market_moved();
