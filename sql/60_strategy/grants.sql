-- Strategies are reached through api only; live cycles ask for the latest signal.
-- Everything is taken back first: a grant that is gone from here is gone.

revoke all on schema strategy
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all tables in schema strategy
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all functions in schema strategy
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
