-- Limits are read by all who act; states are changed through api.halt and api.resume.

revoke all on schema risk from public;
revoke all on all tables in schema risk from public;
revoke all on all functions in schema risk from public;
grant usage on schema risk to bellwether_worker, bellwether_gateway;
grant select on risk.limit to bellwether_worker, bellwether_gateway;
grant execute on function risk.check_order(bigint, text, text, numeric, numeric, timestamptz)
to bellwether_worker, bellwether_gateway;
