-- The page logs in with a key and holds a random token for a while.

create or replace function gateway.open_session(
    key_id bigint, lifetime interval default interval '8 hours'
)
returns table (token text, csrf_token text, expires_at timestamptz)
language plpgsql
security definer -- sessions are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    delete from gateway.session as s where s.expires_at < clock_timestamp();
    token := tenant.new_secret('bs_');
    csrf_token := tenant.new_secret('');
    insert into gateway.session (
        token_hash, tenant_id, key_id, csrf_token, expires_at
    )
    select
        tenant.key_hash(token), k.tenant_id, k.key_id, open_session.csrf_token,
        least(clock_timestamp() + open_session.lifetime, k.expires_at)
    from tenant.api_key as k
    where k.key_id = open_session.key_id and k.revoked_at is null
    returning session.expires_at into expires_at;
    if found then return next; end if;
end
$$;
comment on function gateway.open_session(bigint, interval) is
'Opens a session of the page for the holder of a key; returns its token and the token '
'that writes must carry.';

create or replace function gateway.session_of(secret_hash bytea)
returns table (
    key_id bigint,
    tenant_id integer,
    scopes text[],
    expires_at timestamptz,
    csrf_token text
)
language sql stable
security definer -- asked before the tenant is known
set search_path = pg_catalog, pg_temp
as $$
    select k.key_id, k.tenant_id, k.scopes, s.expires_at, s.csrf_token
    from gateway.session as s
    inner join tenant.api_key as k
        on s.tenant_id = k.tenant_id and s.key_id = k.key_id
    where
        s.token_hash = session_of.secret_hash
        and s.expires_at > clock_timestamp()
        and k.revoked_at is null
        and (k.expires_at is null or k.expires_at > clock_timestamp())
$$;
comment on function gateway.session_of(bytea) is 'Whose session this is.';

create or replace function gateway.close_session(secret_hash bytea)
returns void
language sql
security definer -- sessions are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
    delete from gateway.session as s where s.token_hash = close_session.secret_hash
$$;
comment on function gateway.close_session(bytea) is 'Ends a session of the page.';
