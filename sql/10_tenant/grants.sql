-- Who is asking is read by those who act for tenants; only superusers write it.

revoke all on schema tenant from public;
revoke all on all tables in schema tenant from public;
revoke all on all functions in schema tenant from public;
grant usage on schema tenant to bellwether_worker, bellwether_gateway;
grant select on tenant.setting_default to bellwether_worker, bellwether_gateway;
grant execute on function tenant.setting(text), tenant.number_setting(text)
to bellwether_worker, bellwether_gateway;
grant execute on function tenant.set_setting(text, jsonb) to bellwether_gateway;
