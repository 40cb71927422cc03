-- What the cookies of the page are signed with.

create table gateway.cookie_secret (
    secret_id integer generated always as identity
    constraint cookie_secret_pkey primary key,
    secret bytea not null
    constraint cookie_secret_length check (length(secret) = 32),
    -- Cookies are signed with the newest that has begun.
    begins_at timestamptz not null default clock_timestamp(),
    -- Set when it has a successor: no cookie signed with it is taken after this.
    ends_at timestamptz
);
comment on table gateway.cookie_secret is
'Secrets that the cookies of the page are signed with (HMAC-SHA-256); the newest that has '
'begun signs, those that have not ended are believed.';
