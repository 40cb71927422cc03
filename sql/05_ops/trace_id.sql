-- What a request caused can be told by its trace: the gateway sets the request's id for
-- the transaction, cycles and events keep it, the worker's lines name it.
--
-- Example: select set_config('gateway.request_id', gen_random_uuid()::text, true);
--          select ops.trace_id();

create or replace function ops.trace_id()
returns uuid
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then id::uuid
        when id <> '' then md5(id)::uuid
    end
    from lower(current_setting('gateway.request_id', true)) as id
$$;
comment on function ops.trace_id() is
'The trace of the request that this transaction answers: its id, or the md5 of an id '
'that is no UUID; null outside a request.';
