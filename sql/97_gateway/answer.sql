-- A write that is sent again with the same Idempotency-Key happens once: the row comes
-- first, in the transaction of the write, and a second sender waits for it.

create or replace function gateway.begin_write(
    key_id bigint, idempotency_key text, request_hash bytea
)
returns table (status integer, body text)
language plpgsql
security definer -- answers are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    kept gateway.answer;
begin
    delete from gateway.answer as a
    where a.ctid in (
        select o.ctid from gateway.answer as o
        where o.created_at < clock_timestamp() - interval '24 hours'
        limit 100 for update skip locked
    );
    insert into gateway.answer (tenant_id, key_id, idempotency_key, request_hash)
    values (
        public.current_tenant(), begin_write.key_id, begin_write.idempotency_key,
        begin_write.request_hash
    ) on conflict do nothing;
    if found then return; end if;
    select * into kept from gateway.answer as a
    where a.tenant_id = public.current_tenant() and a.key_id = begin_write.key_id
    and a.idempotency_key = begin_write.idempotency_key;
    if kept.request_hash is distinct from begin_write.request_hash then
        raise exception using
            errcode = 'BW022',
            message = 'this Idempotency-Key was used for another request',
            hint = 'Make a new key for each request that is not a repetition.';
    end if;
    return query select kept.status, kept.body;
end
$$;
comment on function gateway.begin_write(bigint, text, bytea) is
'Begins a write that must happen once: no row, or what was answered the first time.';

create or replace function gateway.end_write(
    key_id bigint, idempotency_key text, status integer, body text
)
returns void
language sql
security definer -- answers are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
    update gateway.answer as a
    set status = end_write.status, body = end_write.body
    where
        a.tenant_id = public.current_tenant() and a.key_id = end_write.key_id
        and a.idempotency_key = end_write.idempotency_key
$$;
comment on function gateway.end_write(bigint, text, integer, text) is
'Keeps the answer of a write for a day.';
