-- What the agents are given: verified numbers only, known as of the cycle's time, and
-- in `missing` what is not there.

create or replace function agent._patterns(symbol text, as_of timestamptz)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    moment constant timestamptz := market.as_of(_patterns.as_of);
    alike constant double precision := tenant.number_setting('minimum_similarity');
    horizons constant integer[] := '{1,5,20}';
    asked_id bigint;
    ids bigint[];
    likenesses double precision[];
    patterns jsonb;
    nearest jsonb;
    verdict text;
begin
    asked_id := memory.asked_snapshot(
        _patterns.symbol, moment, 50, horizons, '1d', null, alike, 'features'
    );
    -- One search for both: the ten nearest are the first of the fifty.
    select
        coalesce(array_agg(n.neighbour_id order by n.rank), '{}'),
        coalesce(array_agg(n.similarity order by n.rank), '{}')
    into ids, likenesses
    from memory.neighbours(
        asked_id, moment, 50, 5, null, alike, '{}', 'features'
    ) as n;
    select
        jsonb_object_agg('horizon' || s.horizon, to_jsonb(s) - 'horizon'),
        max(s.verdict) filter (where s.horizon = 5)
    into patterns, verdict
    from memory.neighbour_statistics(asked_id, moment, ids, horizons) as s;
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'snapshot_id', n.id, 'symbol', i.symbol, 'ts', s.ts,
                'similarity', n.similarity, 'forward_return', o.forward_return
            ) order by n.rank
        ), '[]'
    ) into nearest
    from unnest(ids[:10], likenesses[:10]) with ordinality as n (id, similarity, rank)
    inner join market.snapshot as s on n.id = s.snapshot_id
    inner join market.instrument as i on s.instrument_id = i.instrument_id
    left join market.outcome_known as o
        on
            n.id = o.snapshot_id and o.horizon = 5 and o.known_at <= moment
            and o.known_until > moment;
    return jsonb_build_object(
        'patterns', patterns, 'neighbours', nearest,
        'missing', case when verdict is distinct from 'ok'
            then coalesce(verdict, 'no patterns') end
    );
exception
    -- The cycle goes on without patterns, and says why.
    when others then
        return jsonb_build_object(
            'patterns', null, 'neighbours', '[]'::jsonb,
            'missing', format('patterns: %s', sqlerrm)
        );
end
$$;
comment on function agent._patterns(text, timestamptz) is
'Pattern statistics and the ten nearest neighbours of a symbol, or why there are none.';

-- Without patterns: because they could not be found in time, as the caller says.
drop function if exists agent.market_view(bigint);
create or replace function agent.market_view(
    cycle_id bigint, no_patterns text default null
)
returns table (symbol text, view jsonb)
language plpgsql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
-- For all that it calls. By default a session plans each statement six times before it
-- keeps a plan, and a worker has many sessions: in a new one a cycle took three times
-- as long. Every statement here looks rows up by keys, so all its plans are alike.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    cycle agent.cycle;
    account jsonb;
    news_within constant interval :=
    tenant.number_setting('news_days') * interval '1 day';
    news_most constant integer := tenant.number_setting('news_most');
    alike constant double precision := tenant.number_setting('minimum_similarity');
begin
    select * into cycle from agent.cycle as c
    where c.tenant_id = public.current_tenant() and c.cycle_id = market_view.cycle_id;
    if not found then
        raise exception using
            errcode = 'BW402',
            message = format('there is no cycle %s', market_view.cycle_id);
    end if;
    select jsonb_build_object(
        'account_id', cycle.account_id, 'equity', e.equity, 'cash', e.cash
    )
    into account
    from trade.equity_at(cycle.account_id, cycle.as_of) as e
    where cycle.account_id is not null;

    return query
    select
        wanted.symbol,
        jsonb_build_object(
            'symbol', wanted.symbol,
            'as_of', cycle.as_of,
            'snapshot_id', s.snapshot_id,
            'snapshot',
            to_jsonb(s) - '{snapshot_id,instrument_id,features,known_until}'::text[],
            'close', s.close,
            'atr_fraction', s.atr_fraction,
            'position', (
                select jsonb_build_object(
                    'quantity', p.quantity, 'average_cost', p.cost / p.quantity,
                    'unrealised', p.quantity * s.close::numeric - p.cost
                )
                from trade.position_at(
                    cycle.account_id, i.instrument_id, cycle.as_of
                ) as p
                where p.quantity <> 0
            ),
            'account', account,
            'news', coalesce((
                select jsonb_agg(to_jsonb(n) order by n.published_at desc)
                from market.news_known(
                    i.instrument_id, cycle.as_of, news_within, news_most
                ) as n
            ), '[]'),
            'strategy', agent._strategy_view(
                cycle.strategy_id, wanted.symbol, cycle.as_of
            ),
            'weights', (
                select jsonb_object_agg(w.agent, round(w.weight::numeric, 4))
                from agent.weights(s.regime) as w
            ),
            'setups', agent.similar_setups(
                s.snapshot_id, cycle.as_of, 1, alike
            )
        )
        || case
            when s.snapshot_id is null then jsonb_build_object(
                'patterns', null, 'neighbours', '[]'::jsonb,
                'missing', format(
                    'no snapshot of %s was known at %s', wanted.symbol, cycle.as_of
                )
            )
            when market_view.no_patterns is not null then jsonb_build_object(
                'patterns', null, 'neighbours', '[]'::jsonb,
                'missing', format('patterns: %s', market_view.no_patterns)
            )
            else agent._patterns(wanted.symbol, cycle.as_of)
        end
    from unnest(cycle.symbols) with ordinality as wanted (symbol, place)
    inner join market.instrument as i on wanted.symbol = i.symbol
    left join lateral (
        select known.* from market.snapshot_known as known
        where
            known.instrument_id = i.instrument_id and known.bar_interval = '1d'
            and known.known_at <= cycle.as_of and known.known_until > cycle.as_of
        order by known.ts desc limit 1
    ) as s on true
    order by wanted.place;
end
$$;
comment on function agent.market_view(bigint, text) is
'What the agents of a cycle see of each symbol: snapshot, patterns, neighbours, '
'position, account, news, closed trades like it, what the strategy says, how much '
'each agent counts, and what is missing; no_patterns: why there are none this time.';
