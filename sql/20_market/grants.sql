-- Who may do what with the market: reading for the programs, the job's function for the
-- worker; people read through api.

revoke all on all functions in schema market from public;
grant usage on schema market to bellwether_worker, bellwether_gateway;
grant select on all tables in schema market to bellwether_worker, bellwether_gateway;
grant execute on function
market.as_of(timestamptz),
market.known_at(integer, date),
market.last_bar(integer, text, timestamptz),
market.benchmark_id(integer),
market.yardstick_id(text),
market.dependents(integer),
market.periods_per_year(integer, text)
to bellwether_worker, bellwether_gateway;
grant execute on function
market.compute_snapshots(integer, text, timestamptz),
market.compute_outcomes(integer, text, timestamptz),
market.compute_conditions(text, timestamptz)
to bellwether_worker;
