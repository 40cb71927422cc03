-- tenant: who is asking

create function current_tenant() returns integer
    as 'MODULE_PATHNAME' language c stable strict parallel safe leakproof;

comment on function current_tenant() is
    'Tenant of this session (setting bellwether.tenant); an error when none is set. Row-level security policies compare tenant_id with it.';
