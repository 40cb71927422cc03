-- Funding rates and open interest -> the snapshots of their instruments from that time
-- on, for each interval that has bars.

create or replace function market.on_derivatives_inserted()
returns trigger
language plpgsql
security definer -- whoever loads them has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform work.enqueue_many(
        'compute_snapshots', array_agg(wanted.payload),
        dedup_keys => array_agg(wanted.dedup_key)
    )
    from (
        select
            jsonb_build_object(
                'instrument_id', c.instrument_id, 'bar_interval', n.bar_interval,
                'from', to_char(
                    (min(c.ts) - n.length) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
                )
            ) as payload,
            format('%s:%s', c.instrument_id, n.bar_interval) as dedup_key
        from changed as c
        cross join market.bar_interval as n
        where exists (
            select from market.bar as b
            where b.instrument_id = c.instrument_id and b.bar_interval = n.bar_interval
        )
        group by c.instrument_id, n.bar_interval, n.length
    ) as wanted
    having count(*) > 0;
    return null;
end
$$;
comment on function market.on_derivatives_inserted() is
'Trigger function: enqueues compute_snapshots for new funding rates and open interest.';

create or replace trigger _500_funding_inserted after insert on market.funding
referencing new table as changed
for each statement execute function market.on_derivatives_inserted();
create or replace trigger _500_open_interest_inserted after insert
on market.open_interest
referencing new table as changed
for each statement execute function market.on_derivatives_inserted();
-- Open interest and the ratio come one after the other, into one row.
create or replace trigger _500_open_interest_updated after update
on market.open_interest
referencing new table as changed
for each statement execute function market.on_derivatives_inserted();
