-- The queue belongs to the worker; the gateway looks and revives, everybody else sees
-- api.jobs. Everything is taken back first: a grant that is gone from here is gone.

revoke all on schema work
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all tables in schema work
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all functions in schema work
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;

grant usage on schema work to bellwether_worker, bellwether_gateway;
grant select on work.kind, work.stats, work.dead, work.worker to bellwether_worker,
    bellwether_gateway;

grant execute on function
work.enqueue(text, jsonb, integer, integer, timestamptz, text),
work.enqueue_many(text, jsonb[], integer[], integer, timestamptz, text[]),
work.register_worker(text, integer, text, text[]),
work.heartbeat(integer),
work.set_idle(integer, boolean),
work.unregister_worker(integer),
work.claim(integer, text[], integer),
work.ack(integer, bigint[], bigint[]),
work.nack(integer, bigint, bigint, text, interval, boolean),
work.extend(integer, bigint[], bigint[]),
work.rescue(),
work.is_idle(text[]),
work.requeue_dead(bigint)
to bellwether_worker;

grant execute on function work.is_idle(text[]), work.requeue_dead(bigint)
    to bellwether_gateway;
