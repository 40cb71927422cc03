-- What reads is for readers (and so for analysts, who are readers too); what acts is
-- for analysts. The gateway acts for both, the worker does not need api. Everything is
-- taken back first: a grant that is gone from here is gone.

revoke all on schema api
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all tables in schema api
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all routines in schema api
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;

grant usage on schema api to bellwether_reader, bellwether_gateway;
grant select on all tables in schema api to bellwether_reader, bellwether_gateway;

do $$
declare
    reading record;
begin
    for reading in
        select p.oid::regprocedure as name from pg_proc as p
        where p.pronamespace = 'api'::regnamespace and p.prokind = 'f'
        and p.provolatile <> 'v'
    loop
        execute format(
            'grant execute on function %s to bellwether_reader, bellwether_gateway',
            reading.name
        );
    end loop;
end
$$;

grant execute on function
api.run_cycle(text[], boolean, text, bigint, timestamptz),
api.add_prompt(text, text, jsonb, text),
api.use_prompt(text, integer),
api.rate_call(bigint, double precision, text),
api.approve(bigint, text, numeric, numeric),
api.reject(bigint, text),
api.set_approval_mode(text, bigint),
api.set_exit_plan(bigint, text, numeric, numeric, timestamptz, text),
api.close_breaker(bigint, text),
api.resume_breaker(bigint, text),
api.trip_breaker(bigint, text),
api.evaluate_breaker(bigint),
api.route_alerts(text, text, text, text, boolean),
api.cancel_order(bigint, text),
api.deposit(bigint, numeric, text, text),
api.withdraw(bigint, numeric, text, text),
api.note(text, text, bigint),
api.replace_order(bigint, numeric, numeric, numeric),
api.place_bracket(
    bigint, text, text, numeric, numeric, numeric, numeric, text, text, timestamptz
),
api.set_monitor(double precision, interval, interval, text[], text[], boolean),
api.stop_monitor(),
api.trigger_schedule(text),
api.set_scan(text, text, text, text, text[], boolean, bigint),
api.drop_schedule(text),
api.save_llm_strategy(text, text, text),
api.retire_strategy(text, text),
api.relate_instruments(timestamptz, integer),
api.save_document(text, text, text),
api.drop_document(text),
api.retry_job(bigint),
api.halt(text, text, text, timestamptz),
api.resume(text, text, text),
api.place_order(
    bigint, text, text, numeric, text, numeric, numeric, text, text, boolean,
    timestamptz
),
api.ask_order(
    bigint, text, text, numeric, text, numeric, numeric, text, text, boolean,
    timestamptz
)
to bellwether_analyst, bellwether_gateway;
-- Who binds members is above them.
grant execute on function api.set_member_limit(name, text, jsonb)
to bellwether_gateway;
grant execute on function
api.sweep_strategy(jsonb, jsonb, text[], timestamptz, timestamptz, timestamptz),
api.save_strategy(text, jsonb, text, text),
api.record_backtest(
    text, integer, text[], timestamptz, timestamptz, timestamptz, boolean
)
to bellwether_analyst, bellwether_gateway;
grant execute on procedure api.run_cycle_now(text[], boolean, bigint)
to bellwether_analyst, bellwether_gateway;
