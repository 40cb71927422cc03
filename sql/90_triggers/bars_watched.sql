-- New bars of an instrument that somebody holds with an exit plan -> match_orders of
-- that account, which looks at its exits first.

create or replace function market.on_bars_watched()
returns trigger
language plpgsql
security definer -- whoever loads bars has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform work.enqueue_many(
        'match_orders', array_agg(wanted.payload), array_agg(wanted.tenant_id),
        priority => 20, dedup_keys => array_agg(wanted.dedup_key)
    )
    from (
        select distinct
            w.tenant_id, jsonb_build_object('account_id', w.account_id) as payload,
            format('account %s', w.account_id) as dedup_key
        from work.watched_position as w
        where exists (select from changed where changed.instrument_id = w.instrument_id)
    ) as wanted
    having count(*) > 0;
    return null;
end
$$;
comment on function market.on_bars_watched() is
'Trigger function: enqueues match_orders for the accounts that hold what has new bars '
'or quotes.';

create or replace trigger _510_bars_watched after insert on market.bar
referencing new table as changed
for each statement execute function market.on_bars_watched();
create or replace trigger _510_bars_watched_updated after update on market.bar
referencing new table as changed
for each statement execute function market.on_bars_watched();
