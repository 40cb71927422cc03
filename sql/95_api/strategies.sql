-- Strategies for analysts: what may be in one, its signals, its backtests, the kept.
-- The work is done in schema strategy; these are its doors.
--
-- Example: select symbol, sharpe from api.backtest_strategy(
--     '{"entry": [">", "close", "open"], "universe": {"symbols": ["AAPL"]}}')

create or replace view api.indicators as
select
    i.indicator,
    i.inputs,
    i.bars,
    i.parameters,
    i.defaults,
    i.minimums,
    i.maximums,
    i.outputs,
    i.formula,
    i.source
from strategy.indicator as i;
comment on view api.indicators is
'The indicators that a strategy may use, with parameters, formula and source; each is also an aggregate for windows.';

create or replace view api.strategies with (security_barrier) as
select
    s.strategy_id,
    s.name,
    s.status,
    v.version,
    v.config,
    v.note,
    v.created_at
from strategy.strategy as s
inner join strategy.version as v
    on s.tenant_id = v.tenant_id and s.strategy_id = v.strategy_id
where s.tenant_id = current_tenant();
comment on view api.strategies is 'The tenant''s strategies, a row a version.';

create or replace view api.backtests with (security_barrier) as
select
    b.backtest_id,
    s.name,
    b.version,
    b.config,
    b.symbols,
    b.portfolio,
    b.from_ts,
    b.to_ts,
    b.as_of,
    b.first_ts,
    b.last_ts,
    b.bars,
    b.final_equity,
    b.total_return,
    b.cagr,
    b.volatility,
    b.sharpe,
    b.sortino,
    b.max_drawdown,
    b.calmar,
    b.exposure,
    b.buy_and_hold,
    b.trade_count,
    b.win_rate,
    b.profit_factor,
    b.fees,
    b.refused_entries,
    b.trials,
    b.deflated_sharpe,
    b.trades,
    b.created_at
from strategy.backtest as b
left join strategy.strategy as s
    on b.tenant_id = s.tenant_id and b.strategy_id = s.strategy_id
where b.tenant_id = current_tenant();
comment on view api.backtests is
'Recorded backtests, with trades and how much of the Sharpe ratio may be luck.';

create or replace function api.strategy_config(name text, version integer default null)
returns jsonb
language sql stable
security definer -- outsiders have no rights on strategy
set search_path = pg_catalog, pg_temp
as $$ select strategy.config_of(name, version) $$;
comment on function api.strategy_config(text, integer) is
'The document of a saved strategy: of one version, or the latest.';

create or replace function api.compile_strategy(config jsonb)
returns text
language sql stable
security definer -- outsiders have no rights on strategy
set search_path = pg_catalog, pg_temp
as $$ select strategy.compile(config) $$;
comment on function api.compile_strategy(jsonb) is
'Checks a strategy document and shows the SELECT that gives its signals.';

create or replace function api.strategy_signals(
    config jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default now()
)
returns setof strategy.signal
language sql stable rows 2000
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$ select s.* from strategy.signals(config, symbols, from_ts, to_ts, as_of) as s $$;
comment on function api.strategy_signals(
    jsonb, text[], timestamptz, timestamptz, timestamptz
) is 'What a strategy says at the close of each bar known at as_of.';

create or replace function api.latest_signal(
    config jsonb, symbols text [] default null, as_of timestamptz default now()
)
returns setof strategy.signal
language sql stable rows 5
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$ select s.* from strategy.latest_signal(config, symbols, as_of) as s $$;
comment on function api.latest_signal(jsonb, text[], timestamptz) is
'What a strategy says at the last close known at as_of, a row a symbol.';

create or replace function api.backtest_strategy(
    config jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default now(),
    portfolio boolean default false,
    equity_curve boolean default false
)
returns setof strategy.backtest_row
language sql stable rows 10
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
    select b.*
    from strategy.backtest(
        config, symbols, from_ts, to_ts, as_of, portfolio, equity_curve
    ) as b
$$;
comment on function api.backtest_strategy(
    jsonb, text[], timestamptz, timestamptz, timestamptz, boolean, boolean
) is
'Plays a strategy on each symbol with an account of its own, or on all with one (portfolio).';

create or replace function api.walk_forward(
    config jsonb,
    grid jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    train interval default '2 years',
    test interval default '6 months',
    as_of timestamptz default now()
)
returns table (
    fold integer, train_from timestamptz, test_from timestamptz, test_to timestamptz,
    parameters jsonb, train_sharpe double precision, test_sharpe double precision,
    test_return double precision, test_max_drawdown double precision,
    test_trades integer, test_buy_and_hold double precision,
    median_sharpe double precision
)
language sql stable rows 20
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
    select w.*
    from strategy.walk_forward(
        config, grid, symbols, from_ts, to_ts, train, test, as_of
    ) as w
$$;
comment on function api.walk_forward(
    jsonb, jsonb, text[], timestamptz, timestamptz, interval, interval, timestamptz
) is
'The best setting of each train span on the test span after it, which it has not seen.';

create or replace function api.lookahead_check(
    config jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default now(),
    cuts integer default 20
)
returns table (
    symbol text, ts timestamptz, cut_at timestamptz, signal text,
    told_then text, told_now text
)
language sql stable rows 10
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
    select c.*
    from strategy.lookahead_check(config, symbols, from_ts, to_ts, as_of, cuts) as c
$$;
comment on function api.lookahead_check(
    jsonb, text[], timestamptz, timestamptz, timestamptz, integer
) is 'Signals that were others when nothing later was known; no row is good.';

create or replace function api.sweep_strategy(
    config jsonb,
    grid jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default now()
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
language sql volatile rows 100
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
    select s.* from strategy.sweep(config, grid, symbols, from_ts, to_ts, as_of) as s
$$;
comment on function api.sweep_strategy(
    jsonb, jsonb, text[], timestamptz, timestamptz, timestamptz
) is
'Backtests of every setting of a grid, best first; remembers how many were tried, and says how likely the best is more than luck.';

create or replace function api.save_strategy(
    name text, config jsonb, note text default null, status text default null
)
returns integer
language sql volatile
security definer -- outsiders have no rights on strategy
set search_path = pg_catalog, pg_temp
as $$ select strategy.save(name, config, note, status) $$;
comment on function api.save_strategy(text, jsonb, text, text) is
'Keeps a checked document as a strategy''s next version; returns the version.';

create or replace function api.retire_strategy(
    name text, reason text default 'retired by hand'
)
returns boolean
language plpgsql
security definer -- analysts have no rights on strategy
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    found_id bigint;
    found_status text;
begin
    select s.strategy_id, s.status into found_id, found_status
    from strategy.strategy as s
    where s.tenant_id = public.current_tenant() and s.name = retire_strategy.name;
    if not found then
        perform ops.fail('BW340', format(
            'there is no strategy %s',
            coalesce(quote_literal(left(retire_strategy.name, 100)), 'null')
        ));
    end if;
    perform agent.disable_strategy(found_id, retire_strategy.reason);
    return found_status <> 'retired';
end
$$;
comment on function api.retire_strategy(text, text) is
'Ends a strategy: it trades no more, its versions and record stay. False if it was retired already.';

create or replace function api.record_backtest(
    name text,
    version integer default null,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default now(),
    portfolio boolean default false
)
returns bigint []
language sql volatile
security definer -- outsiders have no rights on strategy
set search_path = pg_catalog, pg_temp
as $$
    select array_agg(b.backtest_id order by b.backtest_id)
    from strategy.record_backtest(
        name, version, symbols, from_ts, to_ts, as_of, portfolio
    ) as b
$$;
comment on function api.record_backtest(
    text, integer, text[], timestamptz, timestamptz, timestamptz, boolean
) is 'Plays a saved strategy and keeps the result; returns the ids for api.backtests.';
