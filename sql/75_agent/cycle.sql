-- The life of a cycle: queued -> running -> done | failed.

create or replace function agent.new_cycle(
    symbols text[],
    execute boolean default false,
    kind text default 'manual',
    strategy_id bigint default null,
    as_of timestamptz default null
)
returns bigint
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted text[];
    unknown text;
    moment timestamptz := market.as_of(new_cycle.as_of);
    account bigint;
    created bigint;
begin
    -- Each symbol once, in the order given.
    select array_agg(given.symbol order by given.place) into wanted
    from (
        select s.symbol, min(s.place) as place
        from unnest(new_cycle.symbols) with ordinality as s (symbol, place)
        group by s.symbol
    ) as given;
    if coalesce(cardinality(wanted), 0) not between 1 and 1000 then
        raise exception using
            errcode = 'BW401',
            message = format(
                'a cycle needs 1 to 1000 symbols, not %s',
                coalesce(cardinality(wanted), 0)
            );
    end if;
    select string_agg(coalesce(quote_literal(s.symbol), 'null'), ', ') into unknown
    from unnest(wanted) as s (symbol)
    where not exists (select from market.instrument as i where i.symbol = s.symbol);
    if unknown is not null then
        raise exception using
            errcode = 'BW401',
            message = format('unknown symbol %s', unknown),
            hint = 'The symbols are in api.instruments.';
    end if;
    if coalesce(new_cycle.kind, '') = '' then
        raise exception using
            errcode = 'BW401',
            message = 'a cycle needs a kind';
    end if;
    -- A bare date of today means its end, which has not come yet: then it means now.
    if moment > clock_timestamp() then
        if new_cycle.as_of > clock_timestamp() or not isfinite(new_cycle.as_of) then
            raise exception using
                errcode = 'BW401',
                message = format(
                    'a cycle cannot be run as of %s: nobody looks ahead',
                    new_cycle.as_of
                );
        end if;
        moment := clock_timestamp();
    end if;
    -- An account at another's broker, if there is one; the past is played on paper.
    select a.account_id into account from trade.account as a
    where a.tenant_id = public.current_tenant()
    order by
        (a.broker = 'paper') <> (moment < clock_timestamp() - interval '1 hour'),
        a.account_id
    limit 1;
    if new_cycle.execute and account is null then
        raise exception using
            errcode = 'BW123',
            message = 'the tenant has no account to trade with';
    end if;

    perform agent.check_strategy(new_cycle.strategy_id, new_cycle.execute);

    insert into agent.cycle (kind, symbols, execute, strategy_id, as_of, account_id)
    values (
        new_cycle.kind, wanted, coalesce(new_cycle.execute, false),
        new_cycle.strategy_id, moment, account
    )
    returning cycle_id into created;
    perform agent.record_event(
        'CycleQueued', null,
        jsonb_build_object(
            'kind', new_cycle.kind, 'symbols', wanted,
            'execute', coalesce(new_cycle.execute, false), 'as_of', moment
        ),
        created
    );
    return created;
end
$$;
comment on function agent.new_cycle(text[], boolean, text, bigint, timestamptz) is
'Queues a cycle and returns its id.';

create or replace function agent.start_cycle(cycle_id bigint)
returns agent.cycle
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan -- see agent.market_view
as $$
#variable_conflict use_column
declare
    started agent.cycle;
begin
    update agent.cycle as c set status = 'running', started_at = clock_timestamp()
    where c.tenant_id = public.current_tenant() and c.cycle_id = start_cycle.cycle_id
    and c.status = 'queued'
    returning c.* into started;
    if found then
        perform agent.keep_months();
        perform agent.record_event('CycleStarted', null, '{}', start_cycle.cycle_id);
        return started;
    end if;
    -- Running already (a worker died) or finished: the caller sees which.
    select c.* into started from agent.cycle as c
    where c.tenant_id = public.current_tenant() and c.cycle_id = start_cycle.cycle_id;
    if not found then
        raise exception using
            errcode = 'BW402',
            message = format('there is no cycle %s', start_cycle.cycle_id);
    end if;
    return started;
end
$$;
comment on function agent.start_cycle(bigint) is
'Starts a queued cycle; one that was started before comes back as it is.';

create or replace function agent.finish_cycle(
    cycle_id bigint, status text, reason text default null
)
returns void
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan -- see agent.market_view
as $$
#variable_conflict use_column
begin
    if finish_cycle.status is null or finish_cycle.status not in ('done', 'failed') then
        raise exception using
            errcode = 'BW403',
            message = format(
                'a cycle ends as done or failed, not as %s',
                coalesce(finish_cycle.status, 'null')
            );
    end if;
    update agent.cycle as c
    set status = finish_cycle.status, reason = finish_cycle.reason,
        finished_at = clock_timestamp()
    where
        c.tenant_id = public.current_tenant() and c.cycle_id = finish_cycle.cycle_id
        and c.status in ('queued', 'running');
    if found then
        perform agent.record_event(
            'CycleFinished', null,
            jsonb_strip_nulls(
                jsonb_build_object(
                    'status', finish_cycle.status, 'reason', finish_cycle.reason
                )
            ),
            finish_cycle.cycle_id
        );
        if finish_cycle.status = 'failed' then
            perform agent.remember_actions(finish_cycle.cycle_id);
            perform ops.raise_alert(
                'system',
                jsonb_build_object(
                    'title', format('Cycle %s failed', finish_cycle.cycle_id),
                    'reason', coalesce(left(finish_cycle.reason, 500), 'no reason given'),
                    'cycle_id', finish_cycle.cycle_id
                ), 'run_cycle'
            );
        end if;
    elsif not exists (
        select from agent.cycle as c
        where c.tenant_id = public.current_tenant()
        and c.cycle_id = finish_cycle.cycle_id
    ) then
        raise exception using
            errcode = 'BW402',
            message = format('there is no cycle %s', finish_cycle.cycle_id);
    end if;
end
$$;
comment on function agent.finish_cycle(bigint, text, text) is
'Ends a cycle; one that has ended stays as it is.';
