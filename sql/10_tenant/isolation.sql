-- The wall between tenants: every table of tenant data has forced row-level security,
-- so that it holds for the owner and for definer functions too. Control data (work) and
-- what the operator reads (ops) have no walls; tables with a policy of their own keep
-- it.

do $$
declare
    wanted record;
begin
    for wanted in
        select c.oid::regclass as name from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        inner join pg_attribute as a on c.oid = a.attrelid
        where
            n.nspname in (
                'tenant', 'memory', 'strategy', 'discovery', 'risk', 'agent', 'trade',
                'assistant'
            )
            and c.relkind in ('r', 'p') and not c.relispartition
            and a.attname = 'tenant_id' and not a.attisdropped
            and not exists (select from pg_policy as p where p.polrelid = c.oid)
    loop
        execute format(
            'alter table %s enable row level security, force row level security',
            wanted.name
        );
        execute format(
            'create policy tenant_isolation on %s '
            'using (tenant_id = current_tenant()) with check (tenant_id = '
            'current_tenant())',
            wanted.name
        );
    end loop;
end
$$;

-- Who there is, is the operator's to know: the owner's functions (ops.health) read it
-- all, nobody else reads these tables.
do $$
declare
    registry text;
begin
    foreach registry in array '{tenant,member}'::text[] loop
        if not exists (
            select from pg_policy as p
            where p.polrelid = format('tenant.%I', registry)::regclass
            and p.polname = 'registry'
        ) then
            execute format(
                'create policy registry on tenant.%I for select to bellwether_owner '
                'using (true)', registry
            );
        end if;
    end loop;
end
$$;
