-- One strategy with many settings of its parameters, in one statement, and how likely
-- the best of them is more than the luck of so many trials.
--
-- Example: select * from strategy.sweep(config, '{"fast": [5, 10], "slow": [20, 50]}',
--     '{AAPL}')

-- Example: strategy._variants('{"parameters": {"n": 10}}', '{"n": [5, 20]}')
--     -> {"parameters": {"n": 5}}, {"parameters": {"n": 20}}
create or replace function strategy._variants(config jsonb, grid jsonb)
returns jsonb []
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    axis record;
    variants jsonb[] := array[coalesce(config -> 'parameters', '{}')];
begin
    if jsonb_typeof(grid) is distinct from 'object' then
        perform ops.fail('BW341', 'the grid is not a JSON object');
    end if;
    for axis in select g.key, g.value from jsonb_each(grid) as g order by g.key loop
        if not config -> 'parameters' ? axis.key then
            perform ops.fail('BW341', format(
                'the document has no parameter %s', quote_literal(left(axis.key, 60))
            ));
        end if;
        if jsonb_typeof(axis.value) <> 'array' or jsonb_array_length(axis.value) = 0
            or jsonb_path_exists(axis.value, 'strict $[*] ? (@.type() != "number")')
        then
            perform ops.fail('BW341', format('%s is not a list of numbers', axis.key));
        end if;
        if jsonb_array_length(axis.value)::bigint * cardinality(variants) > 500 then
            perform ops.fail('BW334', 'the grid has more than 500 settings');
        end if;
        variants := array(
            select v.parameters || jsonb_build_object(axis.key, n.number)
            from unnest(variants) with ordinality as v (parameters, place)
            cross join jsonb_array_elements(axis.value) with ordinality as n (number, at)
            order by v.place, n.at
        );
    end loop;
    return array(
        select config || jsonb_build_object('parameters', v.parameters)
        from unnest(variants) with ordinality as v (parameters, place)
        order by v.place
    );
end
$$;
comment on function strategy._variants(jsonb, jsonb) is
'The document with every combination of a grid''s numbers as its parameters.';

-- Strategies that differ only in the values of their parameters and in what they are
-- called are one family: their trials count together.
create or replace function strategy.family(config jsonb)
returns bytea
language sql immutable parallel safe
begin atomic
    select sha256(convert_to((
        (config - '{parameters,name,description,universe}'::text[])
        || jsonb_build_object('parameters', (
            select coalesce(jsonb_agg(k.key order by k.key), '[]')
            from jsonb_object_keys(config -> 'parameters') as k (key)
        ))
    )::text, 'UTF8'));
end;
comment on function strategy.family(jsonb) is
'SHA-256 of a document without names, universe and the values of its parameters.';

-- What the Sharpe ratio of an equity curve rests on; ratio of one period.
create or replace function strategy._return_moments(
    equity double precision [], out sharpe double precision, out n integer,
    out skewness double precision, out kurtosis double precision
)
language sql immutable parallel safe
begin atomic
    select
        public.sharpe(c.r, 1::double precision order by c.bar), count(c.r)::integer,
        public.skewness(c.r), public.kurtosis(c.r) + 3
    from (
        select e.bar, e.equity / nullif(lag(e.equity) over (order by e.bar), 0) - 1 as r
        from unnest(_return_moments.equity) with ordinality as e (equity, bar)
    ) as c;
end;
comment on function strategy._return_moments(double precision[]) is
'Sharpe ratio of one period, number, skewness and kurtosis (3 if normal) of an account''s returns.';

create or replace function strategy.sweep(
    config jsonb,
    grid jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default null
)
returns table (
    rank integer, parameters jsonb, sharpe double precision,
    total_return double precision, cagr double precision, volatility double precision,
    sortino double precision,
    max_drawdown double precision, calmar double precision, trade_count integer,
    win_rate double precision, profit_factor double precision, fees double precision,
    probabilistic_sharpe double precision, deflated_sharpe double precision,
    trials integer
)
language plpgsql volatile rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    configs jsonb[];
    instruments constant integer[] := strategy.universe(sweep.config, sweep.symbols);
    wanted_family constant bytea := strategy.family(sweep.config);
    span text;
begin
    perform strategy.check_config(sweep.config);
    configs := strategy._variants(sweep.config, sweep.grid);
    span := concat_ws(
        ' ', instruments::text, sweep.from_ts, sweep.to_ts
    );

    return query
    with played as materialized (
        select
            p.variant, configs[p.variant] -> 'parameters' as parameters, p as result,
            r.sharpe, r.n, r.skewness, r.kurtosis
        from strategy._play(
            configs, instruments, array[coalesce(sweep.from_ts, '-infinity')],
            array[coalesce(sweep.to_ts, 'infinity')], market.as_of(sweep.as_of),
            cardinality(instruments) > 1, true
        ) as p
        cross join lateral strategy._return_moments(p.equity) as r
    ),

    remembered as (
        insert into strategy.trial as known (
            tenant_id, family, trial_hash, parameters, sharpe, bars
        )
        select
            public.current_tenant(), wanted_family,
            sha256(convert_to(p.parameters::text || ' ' || span, 'UTF8')), p.parameters,
            p.sharpe, (p.result).bars
        from played as p
        on conflict (tenant_id, family, trial_hash) do update
            set sharpe = excluded.sharpe, bars = excluded.bars
        returning known.trial_hash, known.sharpe
    ),

    -- Those of this sweep and all before it.
    tried as (
        select
            count(*)::integer as trials,
            coalesce(variance(t.sharpe), 0) as spread
        from (
            select r.sharpe from remembered as r
            union all
            select o.sharpe from strategy.trial as o
            where
                o.tenant_id = public.current_tenant() and o.family = wanted_family
                and not exists (
                    select from remembered as r where r.trial_hash = o.trial_hash
                )
        ) as t
    )

    select
        row_number() over (
            order by (p.result).sharpe desc nulls last, p.variant
        )::integer,
        p.parameters, (p.result).sharpe, (p.result).total_return, (p.result).cagr,
        (p.result).volatility, (p.result).sortino, (p.result).max_drawdown,
        (p.result).calmar, (p.result).trade_count, (p.result).win_rate,
        (p.result).profit_factor, (p.result).fees,
        public.probabilistic_sharpe(p.sharpe, p.n, p.skewness, p.kurtosis, 0),
        public.probabilistic_sharpe(
            p.sharpe, p.n, p.skewness, p.kurtosis,
            public.expected_maximum_sharpe(t.trials, t.spread)
        ),
        t.trials
    from played as p
    cross join tried as t
    order by 1;
end
$$;
comment on function strategy.sweep(
    jsonb, jsonb, text[], timestamptz, timestamptz, timestamptz
) is
'Backtests of every setting of a grid, best Sharpe ratio first; several symbols share one account. Trials of a family are remembered: deflated_sharpe is the probability that a ratio is more than the luck of all of them.';
