-- The door for programs and pages: keys, sessions, the paths, answers kept for retries.

create table tenant.api_key (
    tenant_id integer not null constraint api_key_tenant_fkey references tenant.tenant,
    key_id bigint generated always as identity,
    name text not null,
    -- SHA-256 of the secret; the secret itself is shown once and kept nowhere.
    hash bytea not null constraint api_key_hash_key unique
    constraint api_key_hash_length check (length(hash) = 32),
    scopes text[] not null
    constraint api_key_scopes check (
        scopes <@ array['read', 'trade', 'admin'] and cardinality(scopes) > 0
    ),
    rate_per_second double precision not null
    constraint api_key_rate check (rate_per_second > 0),
    burst double precision not null constraint api_key_burst check (burst >= 1),
    tokens double precision not null,
    refilled_at timestamptz not null default clock_timestamp(),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    constraint api_key_pkey primary key (tenant_id, key_id),
    constraint api_key_id_key unique (key_id)
);
comment on table tenant.api_key is
'Keys of programs: each belongs to one tenant, with scopes, an end and a rate.';

create schema gateway;
comment on schema gateway is
'What `bellwether gateway` needs: its paths, sessions of the page, answers kept for retries.';

create table gateway.route (
    method text not null
    constraint route_method check (method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'RPC')),
    path text not null constraint route_path check (
        path ~ case method when 'RPC' then '^[a-z]+\.[a-z_]+$' else '^/[a-z0-9/_.{}-]*$' end
    ),
    scope text not null
    constraint route_scope check (scope in ('none', 'read', 'trade', 'admin')),
    target text not null constraint route_target check (target ~ '^api\.[a-z_]+$'),
    -- rows: a list; row: one object; value: one value as it is, or {name: value}.
    shape text not null constraint route_shape check (shape in ('rows', 'row', 'value')),
    status integer not null,
    -- The columns of a view that order it, newest first; they make the cursor.
    sort text[],
    -- Names of parameters in the address or body that differ from the function's.
    alias jsonb not null,
    -- Values the path itself says: {"kind": "event"}.
    fixed jsonb not null,
    tag text not null,
    summary text not null,
    constraint route_pkey primary key (method, path)
);
comment on table gateway.route is
'Every path of the HTTP API, and every method of the JSON-RPC API (method RPC), with the one function or view of api that answers it.';

create table gateway.session (
    token_hash bytea constraint session_pkey primary key,
    tenant_id integer not null,
    key_id bigint not null,
    csrf_token text not null,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    constraint session_key_fkey foreign key (tenant_id, key_id)
    references tenant.api_key (tenant_id, key_id) on delete cascade
);
comment on table gateway.session is
'Who has the page open: hashes of the tokens that their cookies hold.';

create table gateway.answer (
    tenant_id integer not null,
    key_id bigint not null,
    idempotency_key text not null
    constraint answer_key_length check (length(idempotency_key) between 1 and 255),
    request_hash bytea not null,
    status integer,
    body text,
    created_at timestamptz not null default clock_timestamp(),
    constraint answer_pkey primary key (tenant_id, key_id, idempotency_key)
);
comment on table gateway.answer is
'What was answered to a write with an Idempotency-Key; the same request gets it again.';
create index answer_created_at_idx on gateway.answer (created_at);

create table gateway.listener (
    gateway_id uuid constraint listener_pkey primary key,
    host text not null,
    seen_at timestamptz not null default clock_timestamp()
);
comment on table gateway.listener is
'Gateways with an open page: events are announced only while there is one.';
