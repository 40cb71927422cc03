-- The page's cookie is signed, so that a made-up one costs no question to the database.
-- The secret has a successor each month; gateways look for it every few seconds.
--
-- Example: select gateway.rotate_cookie_secret('0')  -> everybody logs in again

create or replace function gateway.rotate_cookie_secret(
    overlap interval default interval '8 hours'
)
returns integer
language plpgsql
security definer -- secrets are nobody else's to write
set search_path = pg_catalog, pg_temp
as $$
declare
    made integer;
    moment timestamptz := clock_timestamp();
    -- By then every gateway knows the new one.
    known_by timestamptz := moment + least(overlap, interval '1 minute');
begin
    lock table gateway.cookie_secret in share row exclusive mode;
    delete from gateway.cookie_secret as s where s.ends_at <= moment;
    if not exists (select from gateway.cookie_secret) then
        known_by := moment;
    end if;
    update gateway.cookie_secret as s
    set ends_at = least(s.ends_at, known_by + overlap);
    insert into gateway.cookie_secret (secret, begins_at)
    values (
        sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), known_by
    )
    returning secret_id into made;
    return made;
end
$$;
comment on function gateway.rotate_cookie_secret(interval) is
'Makes the secret that signs the cookies of the page from now on; those signed with the '
'old one are taken for the overlap. With an overlap of 0 everybody logs in again.';

create or replace function gateway.cookie_secrets()
returns table (secret bytea, signs boolean)
language plpgsql
security definer -- secrets are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    oldest timestamptz := clock_timestamp() - interval '30 days';
begin
    if not exists (
        select from gateway.cookie_secret as s
        where s.ends_at is null and s.begins_at > oldest
    ) then
        -- Of several gateways the first one does it.
        lock table gateway.cookie_secret in share row exclusive mode;
        if not exists (
            select from gateway.cookie_secret as s
            where s.ends_at is null and s.begins_at > oldest
        ) then
            perform gateway.rotate_cookie_secret();
        end if;
    end if;
    return query
    select
        s.secret,
        s.secret_id = (
            select max(e.secret_id) from gateway.cookie_secret as e
            where e.begins_at <= clock_timestamp()
        )
    from gateway.cookie_secret as s
    where s.ends_at is null or s.ends_at > clock_timestamp()
    order by s.secret_id desc;
end
$$;
comment on function gateway.cookie_secrets() is
'The secrets with which a cookie of the page may be signed, newest first, and which of '
'them signs; one that is older than 30 days gets its successor.';
