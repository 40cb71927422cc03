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
revoke all on all sequences in schema work
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;

grant select on work.kind, work.stats, work.depth, work.counters, work.paused,
work.schedules, work.gate, work.dead, work.worker
to bellwether_worker, bellwether_gateway;

grant execute on function
work.enqueue(text, jsonb, integer, integer, timestamptz, text, text, bigint[]),
work.enqueue_many(text, jsonb[], integer[], text[], text[], integer, timestamptz),
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
work.pause(text, text, integer, text),
work.resume(text, text, integer, text),
work.cancel(bigint[]),
work.retry(bigint[]),
work.requeue_dead(bigint),
work.requeue_dead(bigint[], text, integer),
work.set_limit(text, text, integer, numeric, integer),
work.take(text, numeric),
work.close_gate(text, interval, text),
work.cron_next(text, timestamptz, text),
work.set_schedule(
    text, text, text, jsonb, integer, text, text, text, boolean, text, interval, integer
),
work.drop_schedule(text, integer),
work.schedule_tick(),
work.drop_old(interval)
to bellwether_worker;

grant execute on function work.is_idle(text[]), work.requeue_dead(bigint)
    to bellwether_gateway;

grant execute on function work.hand_back(integer, bigint[], bigint[])
    to bellwether_worker;

-- What `bellwether jobs` shows.
grant select on work.jobs to bellwether_worker, bellwether_gateway;
grant execute on function work.show(bigint), work.top(interval)
    to bellwether_worker, bellwether_gateway;
