-- Asking the agents.
--
-- Example: select api.run_cycle('{AAPL,NVDA}');               -- queued; returns its id
--          select * from api.cycle(7);                          -- who said what
--          call api.run_cycle_now('{AAPL}');                -- waits until it is done

create or replace function api.run_cycle(
    symbols text[],
    execute boolean default false,
    kind text default 'manual',
    strategy_id bigint default null,
    as_of timestamptz default null
)
returns bigint
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.new_cycle(symbols, execute, kind, strategy_id, as_of) $$;
comment on function api.run_cycle(text[], boolean, text, bigint, timestamptz) is
'Queues one run of the four agents over these symbols and returns its id; with execute '
'their decisions become orders.';

create or replace function api.cycle(cycle_id bigint)
returns table (
    step text,
    symbol text,
    at timestamptz,
    model text,
    verdict text,
    reason text,
    output jsonb,
    ms double precision,
    cost numeric
)
language plpgsql stable
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if not exists (
        select from agent.cycle as c
        where c.tenant_id = public.current_tenant() and c.cycle_id = cycle.cycle_id
    ) then
        raise exception using
            errcode = 'BW402',
            message = format(
                'there is no cycle %s', coalesce(cycle.cycle_id::text, 'null')
            ),
            hint = 'See api.cycles.';
    end if;
    return query
    select s.step, s.symbol, s.at, s.model, s.verdict, s.reason, s.output, s.ms, s.cost
    from agent.steps(cycle.cycle_id) as s;
end
$$;
comment on function api.cycle(bigint) is
'What each agent of a cycle said about each symbol, in the order in which it was said.';

-- No SET clause and not a definer: it commits, so that a worker sees the cycle.
create or replace procedure api.run_cycle_now(
    symbols text[], execute boolean default false, inout cycle_id bigint default null
)
language plpgsql
as $$
declare
    -- Long enough for language models; without any worker it ends after 10 s.
    give_up timestamptz := pg_catalog.clock_timestamp() + interval '5 minutes';
    no_worker timestamptz := pg_catalog.clock_timestamp() + interval '10 seconds';
    state text;
begin
    cycle_id := api.run_cycle(symbols, execute);
    commit;
    loop
        select c.status into state from api.cycles as c
        where c.cycle_id = run_cycle_now.cycle_id;
        exit when state in ('done', 'failed');
        if pg_catalog.clock_timestamp() > give_up
            or (state = 'queued' and pg_catalog.clock_timestamp() > no_worker)
        then
            raise warning using
                message = pg_catalog.format('cycle %s is still %s', cycle_id, state),
                hint = 'Is a worker running? It stays queued; look again with '
                    'api.cycle().';
            exit;
        end if;
        -- No snapshot is held while waiting.
        commit;
        perform pg_catalog.pg_sleep(0.05);
    end loop;
    if state = 'failed' then
        raise warning using
            message = pg_catalog.format('cycle %s failed', cycle_id),
            hint = 'See api.cycle() and api.jobs.';
    end if;
end
$$;
comment on procedure api.run_cycle_now(text[], boolean, bigint) is
'Runs a cycle, waits until a worker has finished it, and returns its id.';
