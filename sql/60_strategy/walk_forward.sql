-- Parameters chosen on one stretch of history, judged on the next, which they have not
-- seen; then both move on.
--
-- Example: select * from strategy.walk_forward(config, '{"fast": [5, 10]}', '{AAPL}',
--     train => '2 years', test => '6 months')

create or replace function strategy.walk_forward(
    config jsonb,
    grid jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    train interval default '2 years',
    test interval default '6 months',
    as_of timestamptz default null
)
returns table (
    fold integer, train_from timestamptz, test_from timestamptz, test_to timestamptz,
    parameters jsonb, train_sharpe double precision, test_sharpe double precision,
    test_return double precision, test_max_drawdown double precision,
    test_trades integer, test_buy_and_hold double precision,
    median_sharpe double precision
)
language plpgsql stable rows 20
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    configs jsonb[];
    instruments constant integer[] := strategy.universe(
        walk_forward.config, walk_forward.symbols
    );
    moment constant timestamptz := market.as_of(walk_forward.as_of);
    first_ts timestamptz;
    last_ts timestamptz;
    starts timestamptz[];
    folds integer;
begin
    perform strategy.check_config(walk_forward.config);
    configs := strategy._variants(walk_forward.config, walk_forward.grid);
    if (walk_forward.train > interval '0' and walk_forward.test > interval '0') is not true
    then
        perform ops.fail('BW342', 'train and test must be positive');
    end if;
    select
        greatest(min(b.ts), walk_forward.from_ts), least(max(b.ts), walk_forward.to_ts)
    into first_ts, last_ts
    from unnest(instruments) as i (instrument_id)
    cross join lateral market.bars_known(
        i.instrument_id, coalesce(walk_forward.config ->> 'interval', '1d'), moment
    ) as b;
    -- Where the tests begin; the last one ends with the history.
    starts := array(
        select s.ts
        from generate_series(
            first_ts + walk_forward.train, last_ts, walk_forward.test
        ) as s (ts)
        where s.ts < last_ts order by s.ts limit 200
    );
    folds := cardinality(starts);
    if folds = 0 then
        perform ops.fail('BW342', format(
            'the history from %s to %s is too short for a train span of %s', first_ts,
            last_ts, walk_forward.train
        ));
    end if;

    return query
    with played as (
        select
            p.variant, (p.span - 1) % folds + 1 as fold, p.span <= folds as is_train,
            p.sharpe, p.total_return, p.max_drawdown, p.trade_count, p.buy_and_hold
        from strategy._play(
            configs, instruments,
            array(select s.ts - walk_forward.train from unnest(starts) as s (ts) order by 1)
            || starts,
            array(
                select s.ts - interval '1 microsecond' from unnest(starts) as s (ts)
                order by 1
            )
            || array(
                select least(s.ts + walk_forward.test - interval '1 microsecond', last_ts)
                from unnest(starts) as s (ts) order by 1
            ),
            moment, cardinality(instruments) > 1, false
        ) as p
    ),

    chosen as (
        select distinct on (p.fold) p.fold, p.variant, p.sharpe
        from played as p
        where p.is_train
        order by p.fold, p.sharpe desc nulls last, p.variant
    )

    select
        c.fold, starts[c.fold] - walk_forward.train, starts[c.fold],
        least(starts[c.fold] + walk_forward.test, last_ts),
        configs[c.variant] -> 'parameters', c.sharpe, t.sharpe, t.total_return,
        t.max_drawdown, t.trade_count, t.buy_and_hold, m.sharpe
    from chosen as c
    inner join played as t
        on t.fold = c.fold and t.variant = c.variant and not t.is_train
    cross join lateral (
        select percentile_cont(0.5) within group (order by o.sharpe) as sharpe
        from played as o where o.fold = c.fold and not o.is_train
    ) as m
    order by c.fold;
end
$$;
comment on function strategy.walk_forward(
    jsonb, jsonb, text[], timestamptz, timestamptz, interval, interval, timestamptz
) is
'The best setting of each train span on the test span after it, which it has not seen; median_sharpe is that of all settings there. Each test begins with a new account.';
