-- Limits are read by all who act; states are changed through api.halt and api.resume.
-- Everything is taken back first: a grant that is gone from here is gone.

revoke all on schema risk
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all tables in schema risk
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all functions in schema risk
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
grant usage on schema risk to bellwether_worker, bellwether_gateway;
grant select on risk.limit to bellwether_worker, bellwether_gateway;
grant execute on function risk.check_order(
    bigint, text, text, numeric, numeric, timestamptz
)
to bellwether_worker, bellwether_gateway;
