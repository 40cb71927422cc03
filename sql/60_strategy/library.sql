-- Strategies kept by name, version by version, and backtests kept with them.
--
-- Example: select strategy.save('trend', '{"entry": [">", "close", "open"]}');   -- 1
--          select strategy.config_of('trend');

create or replace function strategy.save(
    name text, config jsonb, note text default null, status text default null
)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    hash constant bytea := sha256(convert_to(save.config::text, 'UTF8'));
    found_id bigint;
    found_version integer;
begin
    perform strategy.compile(save.config);
    if (length(save.name) between 1 and 100) is not true then
        perform ops.fail('BW330', 'a name has 1 to 100 characters');
    end if;
    if save.status not in ('draft', 'active', 'retired') then
        perform ops.fail('BW330', format(
            '%s is no status: draft, active or retired', quote_literal(left(save.status, 60))
        ));
    end if;
    insert into strategy.strategy as s (tenant_id, name, status)
    values (public.current_tenant(), save.name, coalesce(save.status, 'draft'))
    -- Also locks the row, so that versions are counted one after the other.
    on conflict (tenant_id, name) do update
        set status = coalesce(save.status, s.status)
    returning s.strategy_id into found_id;

    select v.version into found_version
    from strategy.version as v
    where
        v.tenant_id = public.current_tenant() and v.strategy_id = found_id
        and v.config_hash = hash;
    if not found then
        insert into strategy.version as v (
            tenant_id, strategy_id, version, config, config_hash, note
        )
        select
            public.current_tenant(), found_id, coalesce(max(o.version), 0) + 1,
            save.config, hash, save.note
        from strategy.version as o
        where o.tenant_id = public.current_tenant() and o.strategy_id = found_id
        returning v.version into found_version;
    end if;
    return found_version;
end
$$;
comment on function strategy.save(text, jsonb, text, text) is
'Keeps a document as a strategy''s next version, after checking it; the version that has it already, if one has.';

create or replace function strategy.config_of(name text, version integer default null)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    found_config jsonb;
begin
    select v.config into found_config
    from strategy.strategy as s
    inner join strategy.version as v
        on v.tenant_id = s.tenant_id and v.strategy_id = s.strategy_id
    where
        s.tenant_id = public.current_tenant() and s.name = config_of.name
        and (config_of.version is null or v.version = config_of.version)
    order by v.version desc
    limit 1;
    if not found then
        perform ops.fail('BW340', format(
            'there is no strategy %s%s',
            coalesce(quote_literal(left(config_of.name, 100)), 'null'),
            ' of version ' || config_of.version
        ));
    end if;
    return found_config;
end
$$;
comment on function strategy.config_of(text, integer) is
'The document of a strategy: of one version, or the latest.';

create or replace function strategy.append_only()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'BW330',
        message = format('rows of %s.%s are never changed', tg_table_schema, tg_table_name),
        hint = 'Save a new version.';
end
$$;
comment on function strategy.append_only() is
'Trigger function: versions and recorded backtests stay what they were.';
create or replace trigger _100_append_only before update on strategy.version
for each row execute function strategy.append_only();
create or replace trigger _100_append_only before update on strategy.backtest
for each row execute function strategy.append_only();

create or replace function strategy.record_backtest(
    name text,
    version integer default null,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default null,
    portfolio boolean default false
)
returns setof strategy.backtest
language plpgsql rows 10
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    config constant jsonb := strategy.config_of(
        record_backtest.name, record_backtest.version
    );
    moment constant timestamptz := market.as_of(record_backtest.as_of);
begin
    return query
    with tried as (
        select
            greatest(count(*), 1)::integer as trials,
            coalesce(variance(t.sharpe), 0) as spread
        from strategy.trial as t
        where
            t.tenant_id = public.current_tenant() and t.family = strategy.family(config)
    ),

    of_version as (
        select v.strategy_id, v.version
        from strategy.strategy as s
        inner join strategy.version as v
            on v.tenant_id = s.tenant_id and v.strategy_id = s.strategy_id
        where
            s.tenant_id = public.current_tenant() and s.name = record_backtest.name
            and (record_backtest.version is null or v.version = record_backtest.version)
        order by v.version desc
        limit 1
    ),

    known as (
        select array_agg(i.symbol order by i.symbol) as symbols
        from unnest(strategy.universe(config, record_backtest.symbols)) as u (instrument_id)
        inner join market.instrument as i on i.instrument_id = u.instrument_id
    )

    insert into strategy.backtest as b (
        tenant_id, strategy_id, version, config, symbols, portfolio, from_ts, to_ts,
        as_of, first_ts, last_ts, bars, final_equity, total_return, cagr, volatility,
        sharpe, sortino, max_drawdown, calmar, exposure, buy_and_hold, trade_count,
        win_rate, profit_factor, fees, refused_entries, trials, deflated_sharpe, trades
    )
    select
        public.current_tenant(), v.strategy_id, v.version, config,
        coalesce(k.symbols, array[p.symbol]), record_backtest.portfolio,
        record_backtest.from_ts, record_backtest.to_ts, moment, p.first_ts, p.last_ts,
        p.bars, p.final_equity, p.total_return, p.cagr, p.volatility, p.sharpe,
        p.sortino, p.max_drawdown, p.calmar, p.exposure, p.buy_and_hold,
        coalesce(p.trade_count, 0), p.win_rate, p.profit_factor, p.fees,
        coalesce(p.refused_entries, 0), t.trials,
        public.probabilistic_sharpe(
            r.sharpe, r.n, r.skewness, r.kurtosis,
            public.expected_maximum_sharpe(t.trials, t.spread)
        ),
        to_jsonb(p.trades)
    from strategy.backtest(
        config, record_backtest.symbols, record_backtest.from_ts, record_backtest.to_ts,
        moment, record_backtest.portfolio, true
    ) as p
    cross join lateral strategy._return_moments(p.equity) as r
    cross join tried as t
    cross join of_version as v
    cross join lateral (
        -- One symbol has an account of its own; a portfolio is of all.
        select case when p.symbol is null then n.symbols end as symbols from known as n
    ) as k
    returning b.*;
end
$$;
comment on function strategy.record_backtest(
    text, integer, text[], timestamptz, timestamptz, timestamptz, boolean
) is
'Plays a saved strategy and keeps what it came to, with the trials its family had by then.';
