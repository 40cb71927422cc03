-- averages of averages follow a straight line without lag
select x, dema(x, 2) over w, tema(x, 2) over w, kama(x, 2) over w
from generate_series(1, 6) x window w as (order by x rows unbounded preceding);

-- kama hardly moves where the price moves back and forth
select round(kama(x, 4 order by i)::numeric, 6) as noisy
from unnest(array[1, 2, 1, 2, 1, 2]) with ordinality as series (x, i);
select kama(x, 3) as still from unnest(array[7, 7, 7, 7]) x;

-- nothing traded, nothing to average
select vwap(3, 1, 2, volume order by i) from unnest(array[0, 0]) with ordinality as series (volume, i);
select vwap(x, x, x, volume) from (values (10, 1), (20, 3)) as series (x, volume);

-- channels: highest, middle, lowest; lines become known one after another
select (donchian(x + 1, x - 1, 2 order by x)).* from unnest(array[1, 9, 5]) x;
select x, (ichimoku(x + 1, x - 1, 1, 2, 4) over w).*
from generate_series(1, 5) x window w as (order by x rows unbounded preceding);
select (keltner(x + 1, x - 1, x, 2, 1.5)).* from generate_series(1, 4) x;

-- a stop turns when the price crosses it
select x, (supertrend(x + 1, x - 1, x, 2, 1) over w).*, round((psar(x + 1, x - 1, 0.02, 0.2) over w)::numeric, 4) as psar
from unnest(array[10, 11, 12, 13, 20, 19, 12, 8, 7]) with ordinality as series (x, i)
window w as (order by i rows unbounded preceding);

-- ranges without a body, and a row whose close lies outside of its range
select round(garman_klass_vol(10, 11, 9, 10, 2, 252)::numeric, 9) from generate_series(1, 2);
select garman_klass_vol(10, 11, 9, 100, 2, 252) from generate_series(1, 2);

-- a straight line remembers all of it; the order of its values is always the same
select round(hurst(x, 20)::numeric, 9) as hurst, entropy(x, 20) from generate_series(1, 20) x;
select round(entropy(x, 14 order by i)::numeric, 3) as any_order
from unnest(array[1, 2, 3, 1, 5, 0, 2, 1, 4, 3, 2, 5, 1, 3]) with ordinality as series (x, i);
select hurst(7, 20) as nothing_moved from generate_series(1, 20);

-- out of range
select hurst(x, 19) from generate_series(1, 20) x;
select entropy(x, 2) from generate_series(1, 20) x;
select psar(x, x, 0, 0.2) from generate_series(1, 3) x;
select keltner(x, x, x, 2, -1) from generate_series(1, 3) x;
