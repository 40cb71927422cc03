-- Keys and paths are the gateway's and the operator's.

revoke all on schema gateway
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all tables in schema gateway
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all functions in schema gateway
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
grant usage on schema gateway to bellwether_gateway;
grant execute on all functions in schema gateway to bellwether_gateway;
grant execute on function
tenant.authenticate(bytea), tenant.take_requests(bigint, integer)
to bellwether_gateway;
