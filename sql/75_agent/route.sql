-- Which model a task is given to: an ordered chain, the next is asked when one fails.
--
-- A bandit by Thompson sampling (Russo and others, A tutorial on Thompson sampling,
-- 2018), its contexts task and size of the prompt: what the call log says of a model is
-- a beta distribution of its score, from which one value is drawn. With latency, cost
-- and privacy that gives a worth, each part between 0 and 1:
--     accuracy  the drawn score
--     latency   5 s / (5 s + mean duration)
--     cost      1 ct / (1 ct + mean cost)
--     privacy   1 for a model on a machine of our own
-- Until a task has routing_minimum_calls scored calls the table agent.model decides.
--
-- Example: select place, model, reason from agent.route('Validator', 1500)
--   -> 1 | claude-sonnet-4-5 | static: place 10 of the table (0 of 20 scored calls)

-- Example: agent._size_of(1500) -> small
create or replace function agent._size_of(prompt_tokens integer)
returns text
language sql immutable parallel safe
return case
    when coalesce(prompt_tokens, 0) < 2000 then 'small'
    when prompt_tokens < 16000 then 'medium'
    else 'large'
end;
comment on function agent._size_of(integer) is 'A prompt''s size in a word.';

create or replace function agent._ranked(
    task text, prompt_tokens integer, privacy text, at timestamptz, seed text,
    policy text
)
returns table (place integer, provider text, model text, reason text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    with weight as (
        select
            coalesce((w.w ->> 'accuracy')::double precision, 0) as accuracy,
            coalesce((w.w ->> 'latency')::double precision, 0) as latency,
            coalesce((w.w ->> 'cost')::double precision, 0) as cost,
            coalesce((w.w ->> 'privacy')::double precision, 0) as privacy
        from tenant.setting('routing_weights') as w (w)
    ),

    seen as (
        select
            c.provider, c.model, count(c.score) as n, coalesce(sum(c.score), 0) as good,
            avg(c.ms) as ms, avg(c.cost) as cost,
            -- What failed three times in the last five minutes is asked last.
            count(*) filter (
                where c.outcome in ('error', 'timeout', 'rate_limited')
                and c.at > _ranked.at - interval '5 minutes'
            ) >= 3 as failing
        from agent.scored_call as c
        where c.task = _ranked.task and c.at < _ranked.at
        and agent._size_of(c.prompt_tokens) = agent._size_of(_ranked.prompt_tokens)
        group by c.provider, c.model
    ),

    candidate as (
        select
            m.*, coalesce(s.n, 0) as n, coalesce(s.good, 0)::double precision as good,
            coalesce(s.ms, m.expected_ms) as ms,
            coalesce(
                s.cost,
                agent.call_cost(
                    m.provider, m.model, _ranked.prompt_tokens, 0, 300, _ranked.at
                )
            )::double precision as cost,
            coalesce(s.failing, false) as failing,
            m.model = tenant.setting('routing_models') ->> _ranked.task as wished
        from agent.model as m
        left join seen as s on m.provider = s.provider and m.model = s.model
        where
            m.enabled and m.context_tokens >= coalesce(_ranked.prompt_tokens, 0)
            and (_ranked.privacy <> 'local' or m.is_local)
            and (
                tenant.setting('routing_only') = '[]'
                or tenant.setting('routing_only') ? m.provider
                or (m.is_local and tenant.setting('routing_only') ? 'local')
            )
            and _ranked.policy <> 'off'
    ),

    drawn as (
        select
            c.*,
            -- What is expected weighs as much as four calls.
            agent._beta(
                4 * c.expected_score + c.good + 0.01,
                4 * (1 - c.expected_score) + c.n - c.good + 0.01,
                _ranked.seed || c.provider || c.model
            ) as score
        from candidate as c
    ),

    worthy as (
        select
            d.*,
            weight.accuracy * d.score + weight.latency * 5000 / (5000 + d.ms)
            + weight.cost * 0.01 / (0.01 + d.cost)
            + weight.privacy * d.is_local::integer as worth
        from drawn as d cross join weight
    )

    select
        (row_number() over (
            order by w.wished desc nulls last, w.failing,
            case when _ranked.policy = 'learned' then -w.worth end, w.place, w.provider,
            w.model
        ))::integer,
        w.provider, w.model,
        case
            when w.wished then 'the tenant''s choice for this task'
            when w.failing then 'it failed lately'
            when _ranked.policy = 'learned' then format(
                'learned: worth %s (score %s drawn from %s calls with mean %s, %s ms, '
                '%s USD)',
                round(w.worth::numeric, 3), round(w.score::numeric, 3), w.n,
                coalesce(round((w.good / nullif(w.n, 0))::numeric, 3)::text, 'none'),
                round(w.ms::numeric), round(w.cost::numeric, 5)
            )
            else format('static: place %s of the table', w.place)
        end
    from worthy as w
$$;
comment on function agent._ranked(text, integer, text, timestamptz, text, text) is
'The models for a task in order, by a policy (learned, static or off), as known at a '
'time; equal seeds draw equal lots.';

create or replace function agent.route(
    task text,
    prompt_tokens integer default 0,
    privacy text default 'any',
    as_of timestamptz default null,
    seed text default null,
    environment text default 'learned'
)
returns table (place integer, provider text, model text, reason text)
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan -- see agent.market_view
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := coalesce(route.as_of, clock_timestamp());
    -- The tighter word of two counts: of the tenant, of the machine that asks.
    words constant text[] := array['learned', 'static', 'off'];
    wanted constant text := words[greatest(
        array_position(words, tenant.setting('routing') #>> '{}'),
        array_position(words, route.environment)
    )];
    enough constant integer := tenant.number_setting('routing_minimum_calls');
    scored integer;
    policy text;
    ranked integer;
begin
    if route.privacy is null or route.privacy not in ('any', 'local') then
        raise exception using
            errcode = 'BW412',
            message = format(
                'privacy is any or local, not %s',
                coalesce(quote_literal(route.privacy), 'null')
            );
    end if;
    if route.environment is null or route.environment <> all(words) then
        raise exception using
            errcode = 'BW412',
            message = format(
                'an environment routes learned, static or off, not %s',
                coalesce(quote_literal(route.environment), 'null')
            );
    end if;
    select count(c.score) into scored from agent.scored_call as c
    where c.task = route.task and c.at < moment;
    policy := case when wanted = 'learned' and scored < enough then 'static'
    else wanted end;
    return query
    select
        r.place, r.provider, r.model,
        r.reason || case
            when policy <> wanted
                then format(' (%s of %s scored calls)', scored, enough) else ''
        end
    from agent._ranked(
        route.task, route.prompt_tokens, route.privacy, moment,
        coalesce(route.seed, gen_random_uuid()::text), policy
    ) as r
    order by r.place;
    get diagnostics ranked = row_count;
    if ranked = 0 or tenant.setting('rules_fallback')::boolean then
        place := ranked + 1;
        provider := 'rules';
        model := 'rules-v1';
        reason := case
            when policy = 'off' then 'routing is off'
            when ranked = 0 then 'no model may be asked'
            else 'when no model answers'
        end;
        return next;
    end if;
end
$$;
comment on function agent.route(text, integer, text, timestamptz, text, text) is
'The models to ask for a task, in order, each with the reason for its place; rules-v1 '
'at the end if the tenant allows. privacy local: nothing leaves our machines; '
'environment: the policy of the machine that asks, if it is tighter.';

-- Replay of the log (Li and others, Unbiased offline evaluation of contextual-bandit
-- algorithms, 2011): where a policy would have asked the model that was asked, its
-- score counts; the policy sees only what was known before.
create or replace function agent.evaluate_routing(
    task text default null, as_of timestamptz default null,
    last_calls integer default 1000
)
returns table (
    policy text, calls integer, matched integer, mean_score double precision,
    mean_cost numeric, mean_ms double precision
)
language plpgsql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with logged as (
        select c.* from agent.scored_call as c
        where
            (evaluate_routing.task is null or c.task = evaluate_routing.task)
            and c.score is not null
            and c.at <= coalesce(evaluate_routing.as_of, clock_timestamp())
            and exists (
                select from agent.model as m
                where m.provider = c.provider and m.model = c.model
            )
        order by c.at desc, c.call_id desc limit evaluate_routing.last_calls
    ),

    replayed as (
        select
            p.policy, logged.*,
            p.policy = 'logged' or exists (
                select from agent._ranked(
                    logged.task, logged.prompt_tokens, 'any', logged.at,
                    'replay ' || logged.call_id, p.policy
                ) as r
                where r.place = 1 and r.provider = logged.provider
                and r.model = logged.model
            ) as matches
        from logged
        cross join (values ('logged'), ('static'), ('learned')) as p (policy)
    )

    select
        r.policy, count(*)::integer, count(*) filter (where r.matches)::integer,
        avg(r.score) filter (where r.matches),
        avg(r.cost) filter (where r.matches),
        avg(r.ms) filter (where r.matches)
    from replayed as r
    group by r.policy
    order by r.policy;
end
$$;
comment on function agent.evaluate_routing(text, timestamptz, integer) is
'How the logged choices, the static table and the learned routing compare on the last '
'calls of the log, by replay; matched says on how many calls a figure rests.';
