-- What a program asks before it works with a database: is it the one I was made for?
-- Example: ops.schema_version() -> 0008_trade

create or replace function ops.schema_version()
returns text
language sql stable parallel safe
begin atomic
    select max(m.name) from ops.migration as m;
end;
comment on function ops.schema_version() is
'The newest migration that was applied; null before the first.';

revoke all on function ops.schema_version() from public;
grant execute on function ops.schema_version() to bellwether_worker, bellwether_gateway;
