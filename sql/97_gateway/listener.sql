-- One NOTIFY for many events, and only while a page is open somewhere: the commit lock
-- of NOTIFY is not paid for nobody.

create or replace function gateway.listen(gateway_id uuid, host text)
returns void
language sql
security definer -- listeners are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
    insert into gateway.listener (gateway_id, host) values ($1, $2)
    on conflict on constraint listener_pkey do update set seen_at = clock_timestamp()
$$;
comment on function gateway.listen(uuid, text) is
'Says that a gateway has pages open; again at least every 30 seconds.';

create or replace function gateway.unlisten(gateway_id uuid)
returns void
language sql
security definer -- listeners are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
    delete from gateway.listener as l
    where l.gateway_id = $1 or l.seen_at < clock_timestamp() - interval '1 day'
$$;
comment on function gateway.unlisten(uuid) is 'Says that no page is open there any more.';

create or replace function gateway.announce_events()
returns trigger
language plpgsql
security definer -- listeners are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select from gateway.listener as l
        where l.seen_at > clock_timestamp() - interval '1 minute'
    ) then
        notify desk_events;
    end if;
    return null;
end
$$;
comment on function gateway.announce_events() is
'Wakes the gateways that have pages open when events were recorded.';

create or replace trigger event_announced
after insert on agent.event
for each statement execute function gateway.announce_events();
