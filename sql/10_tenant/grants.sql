-- Who is asking is read by those who act for tenants; only superusers write it.
-- Everything is taken back first: a grant that is gone from here is gone.

revoke all on schema tenant
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all tables in schema tenant
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all functions in schema tenant
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
grant usage on schema tenant to bellwether_worker, bellwether_gateway;
grant select on tenant.setting_default to bellwether_worker, bellwether_gateway;
grant execute on function tenant.setting(text), tenant.number_setting(text)
to bellwether_worker, bellwether_gateway;
grant execute on function tenant.set_setting(text, jsonb) to bellwether_gateway;
