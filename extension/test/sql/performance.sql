-- known by hand: 10 % up, 50 % down, twice up to where it was and beyond
select total_return(r order by i), max_drawdown(r order by i), win_rate(r), profit_factor(r),
    round(cagr(r, 4)::numeric, 12) as cagr, round(calmar(r, 4)::numeric, 12) as calmar
from unnest(array[0.1, -0.5, 0.0, 1.0]::float8[]) with ordinality as series (r, i);

-- the drawdown starts at 1, before the first return
select max_drawdown(r), total_return(r) from unnest(array[-0.25]::float8[]) r;

-- a year has 252 periods unless told otherwise
select sharpe(r) = sharpe(r, 252) as sharpe, sortino(r) = sortino(r, 252) as sortino,
    volatility(r) = volatility(r, 252) as volatility, cagr(r) = cagr(r, 252) as cagr,
    calmar(r) = calmar(r, 252) as calmar, omega(r) = omega(r, 0) as omega,
    value_at_risk(r) = value_at_risk(r, 0.95) as value_at_risk,
    expected_shortfall(r) = expected_shortfall(r, 0.95) as expected_shortfall,
    tail_ratio(r) = tail_ratio(r, 0.95) as tail_ratio, alpha(r, b) = alpha(r, b, 252) as alpha,
    probabilistic_sharpe(r) = probabilistic_sharpe(r, 0) as probabilistic_sharpe
from (values (0.01, 0.02), (-0.02, 0.01), (0.03, -0.01), (0.01, 0.0)) as series (r, b);

-- a percentile with interpolation, and the mean of what is no better
select value_at_risk(r, 0.75), expected_shortfall(r, 0.75), tail_ratio(r, 0.75),
    value_at_risk(r, 0.9), percentile_cont(0.1) within group (order by r)
from unnest(array[5, 1, 4, 2, 3]::float8[]) r;

-- the same from a sample in any order, large enough to be moved
select abs(value_at_risk(r, 0.99) / percentile_cont(0.01) within group (order by r) - 1) < 1e-12 as same
from (select (i * 7919 % 10007) / 10007.0::float8 as r from generate_series(1, 10006) i) as sample;

-- against a benchmark: twice it and a hundredth more
select round(beta(2 * b + 0.01, b)::numeric, 12) as beta,
    round(alpha(2 * b + 0.01, b, 1)::numeric, 12) as alpha, information_ratio(b, b),
    round(information_ratio(2 * b, b)::numeric, 12) as information_ratio
from unnest(array[0.01, 0.02, 0.03]::float8[]) b;

-- the worked example of Bailey and Lopez de Prado (2014): 2.5 a year is not enough after 100 trials
select round(expected_maximum_sharpe(100, 0.5 / 250)::numeric, 4) as benchmark,
    round(probabilistic_sharpe(2.5 / sqrt(250), 1250, -3, 10,
        expected_maximum_sharpe(100, 0.5 / 250))::numeric, 4) as deflated,
    expected_maximum_sharpe(1, 0.5);

-- one trial deflates nothing
select deflated_sharpe(r, 1, 0.5) = probabilistic_sharpe(r) as same,
    deflated_sharpe(r, 50, 0.5) < probabilistic_sharpe(r) as less
from unnest(array[0.01, -0.02, 0.03, 0.01]::float8[]) r;

-- so far, row by row
select r, total_return(r) over w, max_drawdown(r) over w, win_rate(r) over w,
    value_at_risk(r, 0.5) over w
from unnest(array[1, -0.5, 0.5]::float8[]) with ordinality as series (r, i)
window w as (order by i rows unbounded preceding);

-- unknown, not 0: no rows, no spread, no loss, nothing decided
select total_return(r), sharpe(r), value_at_risk(r), beta(r, r), skewness(r), deflated_sharpe(r, 3, 1)
from unnest(array[]::float8[]) r;
select volatility(r), sharpe(r), sortino(r), calmar(r), profit_factor(r), omega(r), skewness(r),
    kurtosis(r), beta(r, r), information_ratio(r, r), probabilistic_sharpe(r), ulcer_index(r)
from unnest(array[0.5, 0.5]::float8[]) r;
select win_rate(r), tail_ratio(r) from unnest(array[0, 0]::float8[]) r;
select volatility(r), ulcer_index(r), total_return(r) from unnest(array[0.5]::float8[]) r;

-- all lost, and more than all
select total_return(r), cagr(r), max_drawdown(r) from unnest(array[0.5, -1]::float8[]) r;
select total_return(r), cagr(r), calmar(r) from unnest(array[0.5, -2]::float8[]) r;

-- missing returns are skipped
select total_return(r), win_rate(r), value_at_risk(r, 0.5)
from unnest(array[null, 1, 'NaN', 'Infinity', -0.5]::float8[]) r;

-- the windowed aggregates of the same names are still there
select skewness(r, 3), beta(r, r, 3) from unnest(array[1, 2, 4]::float8[]) r;

-- wrong parameters
select sharpe(r, 0) from unnest(array[0.1]::float8[]) r;
select sharpe(r, null) from unnest(array[0.1]::float8[]) r;
select sharpe(r, r) from unnest(array[1, 2]::float8[]) r;
select value_at_risk(r, 1) from unnest(array[0.1]::float8[]) r;
select value_at_risk(r, null) from unnest(array[0.1]::float8[]) r;
select value_at_risk(r, r) from unnest(array[0.1, 0.2]::float8[]) r;
select deflated_sharpe(r, 0, 1) from unnest(array[0.1]::float8[]) r;
select expected_maximum_sharpe(0, 1);
select expected_maximum_sharpe(2, -1);
select probabilistic_sharpe('NaN', 10, 0, 3, 0);

-- the functions behind them cannot be called by hand: their argument is internal
select proname, proargtypes[0]::regtype from pg_proc
where proname in ('_tail_ratio_value', '_sharpe_value') order by proname;
