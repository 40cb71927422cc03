-- Who holds a key is asked before the tenant is known: the owner's functions read all
-- of them. Answers kept for retries have the wall of every tenant table.

do $$
begin
    if not exists (
        select from pg_policy as p
        where p.polrelid = 'tenant.api_key'::regclass and p.polname = 'registry'
    ) then
        alter table tenant.api_key enable row level security, force row level security;
        create policy registry on tenant.api_key to bellwether_owner
        using (true) with check (true);
        alter table gateway.session enable row level security,
        force row level security;
        create policy registry on gateway.session to bellwether_owner
        using (true) with check (true);
        alter table gateway.answer enable row level security,
        force row level security;
        create policy tenant_isolation on gateway.answer
        using (tenant_id = current_tenant())
        with check (tenant_id = current_tenant());
    end if;
    if not exists (
        select from pg_policy as p
        where p.polrelid = 'gateway.cookie_secret'::regclass and p.polname = 'registry'
    ) then
        alter table gateway.cookie_secret enable row level security,
        force row level security;
        create policy registry on gateway.cookie_secret to bellwether_owner
        using (true) with check (true);
    end if;
end
$$;
