-- an average is null before n rows, seeded with their mean, and goes on from there
select x, ema(x, 3) over w, sma(x, 3) over w, wma(x, 3) over w
from unnest(array[1, 2, 3, 4, 8]) with ordinality as series (x, row)
window w as (order by row rows unbounded preceding);

-- as plain aggregates: the value after the last row
select ema(x, 3 order by row), rsi(x, 2 order by row), momentum(x, 1 order by row)
from unnest(array[1, 2, 3, 4, 8]) with ordinality as series (x, row);

-- exactly the rows of the frame: each moving frame is seeded anew
select x, ema(x, 2) over (order by row rows 2 preceding) as moving,
    ema(x, 2) over (order by row rows between unbounded preceding and 1 preceding) as before
from unnest(array[1, 2, 3, 4, 8]) with ordinality as series (x, row);

-- rows with a missing input are skipped
select x, ema(x, 2) over w, sma(x, 2) over w
from unnest(array[1, null, 3, 'NaN', 'Infinity', 5]::float8[]) with ordinality as series (x, row)
window w as (order by row rows unbounded preceding);

-- nothing known, nothing said
select ema(x, 3), (macd(x, 1, 2, 3)).macd from unnest(array[]::float8[]) x;
select ema(x, 3) from unnest(array[1, 2]::float8[]) x;
select zscore(x, 3), skewness(x, 3), correlation(x, x, 3), beta(x, x, 3), realised_vol(-x, 2, 252)
from unnest(array[0.1, 0.1, 0.1, 0.1]) x;

-- nothing moved: what TA-Lib says
select rsi(x, 2), roc(x, 2), cci(x, x, x, 2), williams_r(x, x, x, 2), mfi(x, x, x, x, 2),
    adx(x, x, x, 2), plus_di(x, x, x, 2), (stochastic(x, x, x, 2, 2)).k
from unnest(array[7, 7, 7, 7]) x;

-- composites, whose parts become known one after another
select row, (macd(x, 2, 3, 2) over w).*
from unnest(array[1, 2, 4, 8, 16]) with ordinality as series (x, row)
window w as (order by row rows unbounded preceding);
select (bollinger(x, 4, 2)).* from unnest(array[1, 1, 3, 3]) x;
select (stochastic(x + 1, x - 1, x, 2, 2)).* from unnest(array[1, 2, 3]) x;

-- ranges, direction and volume
select row, true_range(x + 1, x - 1, x) over w, atr(x + 1, x - 1, x, 2) over w, obv(x, 10) over w,
    momentum(x, 2) over w, slope(x, 2) over w
from unnest(array[5, 9, 4, 6]) with ordinality as series (x, row)
window w as (order by row rows unbounded preceding);

-- a group each
select g, sma(x, 2 order by x) from (values (1, 1), (2, 5), (1, 3), (2, 7), (3, 9)) as series (g, x)
group by g order by g;

-- parameters are constants, and in range
select ema(x, x) from unnest(array[1, 2]) x;
select ema(x, 0) from unnest(array[1, 2]) x;
select ema(x, 100001) from unnest(array[1, 2]) x;
select ema(x, null) from unnest(array[1, 2]) x;
select bollinger(x, 2, 'NaN') from unnest(array[1, 2]) x;
select realised_vol(x, 1, 252) from unnest(array[1, 2]) x;
select macd(x, 12, 26, -9) from unnest(array[1, 2]) x;

