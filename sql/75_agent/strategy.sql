-- Strategies in cycles: what a strategy says of a symbol, strategies that a language
-- model speaks for, and what becomes of weak ones.
--
-- Example: select agent.save_llm_strategy('reader', 'pattern-reader', 'active');
--          select api.run_cycle('{AAPL}', true, 'manual', 7);
--          select agent.review_strategies();

-- A prompt, to be answered by LONG, SHORT or HOLD.
create or replace function agent.save_llm_strategy(
    name text, prompt text, status text default null
)
returns bigint
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    saved strategy.strategy;
begin
    if coalesce(length(save_llm_strategy.name) not between 1 and 100, true)
        or save_llm_strategy.status not in ('draft', 'active', 'retired')
    then
        raise exception using
            errcode = 'BW404',
            message = 'a strategy has a name of 1 to 100 characters and is draft, '
            'active or retired';
    end if;
    if not exists (
        select from agent.prompt as p
        where p.name = save_llm_strategy.prompt
        and p.tenant_id in (0, public.current_tenant())
    ) then
        raise exception using
            errcode = 'BW411',
            message = format(
                'there is no prompt %s',
                coalesce(quote_literal(left(save_llm_strategy.prompt, 60)), 'null')
            );
    end if;
    insert into strategy.strategy as s (name, kind, prompt, status)
    values (
        save_llm_strategy.name, 'llm', save_llm_strategy.prompt,
        coalesce(save_llm_strategy.status, 'draft')
    )
    on conflict (tenant_id, name) do update
        set
            prompt = excluded.prompt,
            status = coalesce(save_llm_strategy.status, s.status)
        where s.kind = 'llm'
    returning s.* into saved;
    if not found then
        raise exception using
            errcode = 'BW404',
            message = format('the strategy %L is one of rules', save_llm_strategy.name);
    end if;
    return saved.strategy_id;
end
$$;
comment on function agent.save_llm_strategy(text, text, text) is
'Keeps a strategy that a language model speaks for: the name of its prompt, which is '
'filled with the patterns of a symbol and answered by LONG, SHORT or HOLD.';

create or replace function agent.strategy_prompt(strategy_id bigint)
returns table (prompt_version text, body text, answer_schema jsonb)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select p.prompt_version, p.body, p.answer_schema
    from strategy.strategy as s
    cross join lateral agent.prompt_in_use(s.prompt) as p
    where
        s.tenant_id = public.current_tenant() and s.kind = 'llm'
        and s.strategy_id = strategy_prompt.strategy_id
$$;
comment on function agent.strategy_prompt(bigint) is
'The prompt of a strategy that a language model speaks for; no row for any other.';

create or replace function agent.check_strategy(strategy_id bigint, execute boolean)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known strategy.strategy;
begin
    select * into known from strategy.strategy as s
    where s.tenant_id = public.current_tenant()
    and s.strategy_id = check_strategy.strategy_id;
    if check_strategy.execute and known.status <> 'active' then
        raise exception using
            errcode = 'BW404',
            message = format(
                'the strategy %L is %s: it may not trade%s', known.name, known.status,
                ' (' || known.status_reason || ')'
            ),
            hint = 'Run the cycle without execute, or make the strategy active.';
    end if;
end
$$;
comment on function agent.check_strategy(bigint, boolean) is
'Raises unless a strategy may trade as a cycle wants it to.';

create or replace function agent._strategy_view(
    strategy_id bigint, symbol text, as_of timestamptz
)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known strategy.strategy;
    config jsonb;
    said strategy.signal;
    whole jsonb;
begin
    select * into known from strategy.strategy as s
    where s.tenant_id = public.current_tenant()
    and s.strategy_id = _strategy_view.strategy_id;
    if not found then
        return null;
    end if;
    whole := jsonb_build_object(
        'strategy_id', known.strategy_id, 'name', known.name, 'kind', known.kind
    );
    if known.kind = 'llm' then
        return whole || jsonb_build_object(
            'prompt', known.prompt,
            'pattern_prompt', memory.pattern_prompt(
                _strategy_view.symbol, _strategy_view.as_of, 'enriched', null, 50, 5,
                '1d', tenant.number_setting('minimum_similarity')::double precision,
                '{}', 'features'
            )
        );
    end if;
    select v.config into config from strategy.version as v
    where v.tenant_id = known.tenant_id and v.strategy_id = known.strategy_id
    order by v.version desc limit 1;
    if config is null then
        return whole || '{"missing": "it has no document"}';
    end if;
    select * into said from strategy.latest_signal(
        config, array[_strategy_view.symbol], _strategy_view.as_of
    );
    return whole || jsonb_build_object(
        'enters', coalesce(said.enter, false), 'leaves', coalesce(said.leave, false),
        'missing', case when said.symbol is null
            then format('it has no signal for %s', _strategy_view.symbol) end
    );
exception
    -- The cycle goes on without it, and says why; it wishes nothing then.
    when others then
        return whole || jsonb_build_object('missing', sqlerrm);
end
$$;
comment on function agent._strategy_view(bigint, text, timestamptz) is
'What a strategy says of a symbol at a time: its signal, or what its model is asked.';

-- Weak: enough closed trades, and they lost money together.
create or replace function agent.review_strategies()
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    mode constant text := tenant.setting('weak_strategies') #>> '{}';
    enough constant integer := tenant.number_setting('weak_strategy_trades');
    weak record;
    evidence jsonb;
    why text;
    found_weak integer := 0;
begin
    if mode = 'off' then
        return 0;
    end if;
    for weak in
        select
            s.strategy_id, s.name, count(*) as trades,
            count(*) filter (where f.realised > 0) as won, sum(f.realised) as realised
        from strategy.strategy as s
        inner join trade.orders as o
            on s.tenant_id = o.tenant_id and s.strategy_id = o.strategy_id
        inner join lateral (
            select sum(b.realised) as realised from trade.fill as b
            where b.tenant_id = o.tenant_id and b.order_id = o.order_id
            and b.closed_quantity > 0
        ) as f on f.realised is not null
        where s.tenant_id = public.current_tenant() and s.status = 'active'
        group by s.strategy_id, s.name
        having count(*) >= enough and sum(f.realised) < 0
        order by s.strategy_id
    loop
        evidence := jsonb_build_object(
            'strategy_id', weak.strategy_id, 'name', weak.name, 'trades', weak.trades,
            'won', weak.won, 'realised', weak.realised
        );
        why := format(
            '%s of %s closed trades of %s won; together they brought %s', weak.won,
            weak.trades, weak.name, round(weak.realised, 2)
        );
        if mode = 'auto' then
            perform agent.disable_strategy(weak.strategy_id, why, evidence);
        elsif not exists (
            -- Once asked, it is asked again when the record has grown by half.
            select from agent.approval as a
            where
                a.tenant_id = public.current_tenant() and a.kind = 'strategy'
                and (a.proposal ->> 'strategy_id')::bigint = weak.strategy_id
                and (
                    a.status = 'open'
                    or (a.proposal ->> 'trades')::bigint * 3 / 2 > weak.trades
                )
        ) then
            perform agent.ask_approval('strategy', evidence, why);
            perform agent.record_event('StrategyDisablingProposed', null, evidence
                || jsonb_build_object('reason', why));
            perform ops.raise_alert(
                'strategy', evidence || jsonb_build_object(
                    'state', 'proposed for disabling', 'reason', why
                ), weak.name
            );
        else
            continue;
        end if;
        found_weak := found_weak + 1;
    end loop;
    return found_weak;
end
$$;
comment on function agent.review_strategies() is
'Proposes strategies that lost money over enough trades for disabling, or disables '
'them (setting weak_strategies); returns how many. Each with an event and an alert.';

create or replace function agent.disable_strategy(
    strategy_id bigint, reason text, evidence jsonb default '{}'
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    disabled strategy.strategy;
begin
    update strategy.strategy as s
    set status = 'retired', status_reason = disable_strategy.reason
    where s.tenant_id = public.current_tenant()
    and s.strategy_id = disable_strategy.strategy_id and s.status <> 'retired'
    returning s.* into disabled;
    if not found then
        return;
    end if;
    perform agent.record_event(
        'StrategyDisabled', null, disable_strategy.evidence || jsonb_build_object(
            'strategy_id', disabled.strategy_id, 'name', disabled.name,
            'reason', disable_strategy.reason
        )
    );
    perform ops.raise_alert(
        'strategy', jsonb_build_object(
            'name', disabled.name, 'state', 'disabled',
            'reason', disable_strategy.reason
        ), disabled.name || ' disabled'
    );
end
$$;
comment on function agent.disable_strategy(bigint, text, jsonb) is
'Retires an active strategy, with the reason, an event and an alert.';
