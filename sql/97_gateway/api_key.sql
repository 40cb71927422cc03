-- Keys of programs. The secret is shown once, by the function that makes it.
--
-- Example: select * from tenant.create_key(1, 'grafana', '{read}', interval '90 days')
--   -> 7 | bw_Ne3k...

create or replace function tenant.key_hash(secret text)
returns bytea
language sql immutable strict parallel safe
return sha256(convert_to(secret, 'UTF8'));
comment on function tenant.key_hash(text) is 'What is kept of a secret: its SHA-256.';

-- 244 random bits in letters that need no quoting anywhere.
create or replace function tenant.new_secret(prefix text)
returns text
language sql volatile strict
return prefix || translate(
    encode(
        sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'
    ), '+/=', '-_'
);
comment on function tenant.new_secret(text) is
'A random text of 43 letters after a prefix, from the server''s strong source.';

create or replace function tenant.create_key(
    tenant_id integer,
    name text,
    scopes text[] default '{read}',
    expires_in interval default interval '1 year',
    rate_per_second double precision default 50,
    burst double precision default 200
)
returns table (key_id bigint, secret text, expires_at timestamptz)
language plpgsql
security definer -- keys are nobody else's to write
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if not exists (
        select from tenant.tenant as t where t.tenant_id = create_key.tenant_id
    ) then
        raise exception using
            errcode = 'BW012',
            message = format('there is no tenant %s', create_key.tenant_id),
            hint = 'See tenant.tenant.';
    end if;
    if create_key.scopes is null or cardinality(create_key.scopes) = 0
        or not create_key.scopes <@ array['read', 'trade', 'admin']
    then
        raise exception using
            errcode = 'BW020',
            message = format('unknown scope in %s', create_key.scopes),
            hint = 'Scopes are read, trade and admin.';
    end if;
    secret := tenant.new_secret('bw_');
    insert into tenant.api_key (
        tenant_id, name, hash, scopes, rate_per_second, burst, tokens, expires_at
    ) values (
        create_key.tenant_id, create_key.name, tenant.key_hash(secret),
        create_key.scopes, create_key.rate_per_second, create_key.burst,
        create_key.burst, clock_timestamp() + create_key.expires_in
    ) returning api_key.key_id, api_key.expires_at into key_id, expires_at;
    return next;
end
$$;
comment on function tenant.create_key(
    integer, text, text[], interval, double precision, double precision
) is
'Makes a key of a tenant and returns its secret, which cannot be seen again; scopes '
'are read, trade and admin; rate in requests a second; expires_in null: never.';

create or replace function tenant.revoke_key(key_id bigint)
returns boolean
language sql
security definer -- keys are nobody else's to write
set search_path = pg_catalog, pg_temp
as $$
    with gone as (
        update tenant.api_key as k set revoked_at = clock_timestamp()
        where k.key_id = revoke_key.key_id and k.revoked_at is null
        returning k.key_id
    ),
    closed as (
        delete from gateway.session as s using gone where s.key_id = gone.key_id
    )
    select exists (select from gone)
$$;
comment on function tenant.revoke_key(bigint) is
'Ends a key and the page sessions opened with it, within the seconds for which '
'gateways remember keys; false if it was ended before.';

create or replace function tenant.rotate_key(
    key_id bigint, overlap interval default interval '1 hour'
)
returns table (new_key_id bigint, secret text, expires_at timestamptz)
language plpgsql
security definer -- keys are nobody else's to write
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    old tenant.api_key;
begin
    select * into old from tenant.api_key as k
    where k.key_id = rotate_key.key_id and k.revoked_at is null
    for update;
    if not found then
        raise exception using
            errcode = 'BW021',
            message = format('there is no key %s that is in use', rotate_key.key_id),
            hint = 'See `bellwether key list`.';
    end if;
    return query
    select c.key_id, c.secret, c.expires_at
    from tenant.create_key(
        old.tenant_id, old.name, old.scopes, old.expires_at - old.created_at,
        old.rate_per_second, old.burst
    ) as c;
    update tenant.api_key as k
    set expires_at = least(k.expires_at, clock_timestamp() + rotate_key.overlap)
    where k.key_id = rotate_key.key_id;
end
$$;
comment on function tenant.rotate_key(bigint, interval) is
'Makes a successor of a key with the same rights; the old one works for the overlap.';

create or replace function tenant.keys()
returns table (
    key_id bigint,
    tenant_id integer,
    name text,
    scopes text[],
    state text,
    created_at timestamptz,
    expires_at timestamptz,
    last_used_at timestamptz,
    rate_per_second double precision
)
language sql stable
security definer -- the table shows hashes; this does not
set search_path = pg_catalog, pg_temp
as $$
    select
        k.key_id, k.tenant_id, k.name, k.scopes,
        case
            when k.revoked_at is not null then 'revoked'
            when k.expires_at <= clock_timestamp() then 'expired'
            else 'active'
        end,
        k.created_at, k.expires_at, k.last_used_at, k.rate_per_second
    from tenant.api_key as k
    order by k.tenant_id, k.key_id
$$;
comment on function tenant.keys() is 'Every key without its hash, for operators.';

-- The gateway asks with the hash it made of what the client sent; comparing hashes of
-- unknown secrets tells nothing by its timing.
create or replace function tenant.authenticate(secret_hash bytea)
returns table (
    key_id bigint, tenant_id integer, scopes text[], expires_at timestamptz
)
language plpgsql
security definer -- asked before the tenant is known
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select k.key_id, k.tenant_id, k.scopes, k.expires_at
    from tenant.api_key as k
    where k.hash = secret_hash and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > clock_timestamp());
    -- Written once a minute at most: a busy key is not a busy row.
    update tenant.api_key as k set last_used_at = clock_timestamp()
    where k.hash = secret_hash and k.revoked_at is null
    and (
        k.last_used_at is null
        or k.last_used_at < clock_timestamp() - interval '1 minute'
    );
end
$$;
comment on function tenant.authenticate(bytea) is
'Whose key this is; no row for one that is unknown, ended or revoked.';

create or replace function tenant.take_requests(key_id bigint, wanted integer)
returns integer
language sql
security definer -- asked before the tenant is known
set search_path = pg_catalog, pg_temp
as $$
    with bucket as (
        select
            k.key_id,
            least(
                k.burst,
                k.tokens + k.rate_per_second
                * extract(epoch from clock_timestamp() - k.refilled_at)
            ) as tokens
        from tenant.api_key as k
        where k.key_id = take_requests.key_id
        for update
    ),
    taken as (
        select b.key_id, b.tokens, least(floor(b.tokens), take_requests.wanted) as n
        from bucket as b
    ),
    kept as (
        update tenant.api_key as k
        set tokens = t.tokens - t.n, refilled_at = clock_timestamp()
        from taken as t where k.key_id = t.key_id
        returning t.n
    )
    select coalesce((select n::integer from kept), 0)
$$;
comment on function tenant.take_requests(bigint, integer) is
'Takes up to so many requests out of a key''s bucket, which all gateways share; '
'returns how many it got.';
