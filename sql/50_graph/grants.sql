-- The graph may be read, and walked by the functions of the extension and by cypher();
-- nobody but the triggers writes it. Making and deleting graphs is the operator's.
-- Everything is taken back first: a grant that is gone from here is gone.

revoke all on schema graph, desk
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all tables in schema graph, desk
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all functions in schema graph
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
grant usage on schema desk to bellwether_reader, bellwether_gateway;
grant select on desk.node, desk.edge to bellwether_reader, bellwether_gateway;
