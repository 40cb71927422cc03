-- The whitelist of indicators, with formula and source: what strategy.compile lets
-- through and docs/reference/indicators.md tells.

insert into strategy.indicator as known (
    indicator, inputs, bars, parameters, defaults, minimums, maximums, whole, outputs,
    formula, source
) values
(
    'sma', '{x}', '{}', '{n}',
    '{20}', '{1}', '{5000}', '{t}',
    '{}',
    'mean of the last n values',
    'TA-Lib SMA'
),
(
    'ema', '{x}', '{}', '{n}',
    '{20}', '{1}', '{5000}', '{t}',
    '{}',
    'e + 2/(n+1) (x - e), seeded with the mean of the first n',
    'TA-Lib EMA'
),
(
    'wma', '{x}', '{}', '{n}',
    '{20}', '{1}', '{5000}', '{t}',
    '{}',
    'sum(i x_i) / sum(i), i = 1 oldest .. n newest',
    'TA-Lib WMA'
),
(
    'dema', '{x}', '{}', '{n}',
    '{20}', '{1}', '{5000}', '{t}',
    '{}',
    '2 ema(x) - ema(ema(x))',
    'Mulloy 1994; TA-Lib DEMA'
),
(
    'tema', '{x}', '{}', '{n}',
    '{20}', '{1}', '{5000}', '{t}',
    '{}',
    '3 ema - 3 ema(ema) + ema(ema(ema))',
    'Mulloy 1994; TA-Lib TEMA'
),
(
    'kama', '{x}', '{}', '{n}',
    '{10}', '{1}', '{5000}', '{t}',
    '{}',
    'k + (e (2/3 - 2/31) + 2/31)^2 (x - k), e the efficiency ratio of n',
    'Kaufman 1995; TA-Lib KAMA'
),
(
    'rsi', '{x}', '{}', '{n}',
    '{14}', '{2}', '{5000}', '{t}',
    '{}',
    '100 G / (G + L), Wilder''s averages of n gains and losses',
    'Wilder 1978; TA-Lib RSI'
),
(
    'macd', '{x}', '{}', '{fast,slow,signal}',
    '{12,26,9}', '{2,2,1}', '{1000,1000,1000}', '{t,t,t}',
    '{macd,signal,histogram}',
    'ema(fast) - ema(slow); its ema(signal); their difference',
    'Appel; TA-Lib MACD'
),
(
    'bollinger', '{x}', '{}', '{n,k}',
    '{20,2}', '{2,0.01}', '{5000,100}', '{t,f}',
    '{upper,middle,lower}',
    'sma(n) and k population deviations above and below',
    'Bollinger; TA-Lib BBANDS'
),
(
    'roc', '{x}', '{}', '{n}',
    '{10}', '{1}', '{5000}', '{t}',
    '{}',
    '100 (x / x_n - 1)',
    'TA-Lib ROC'
),
(
    'momentum', '{x}', '{}', '{n}',
    '{10}', '{1}', '{5000}', '{t}',
    '{}',
    'x - x_n',
    'TA-Lib MOM'
),
(
    'zscore', '{x}', '{}', '{n}',
    '{20}', '{2}', '{5000}', '{t}',
    '{}',
    '(x - mean) / sample deviation of the last n',
    'textbook'
),
(
    'slope', '{x}', '{}', '{n}',
    '{20}', '{2}', '{5000}', '{t}',
    '{}',
    'least squares slope of the last n, a row',
    'TA-Lib LINEARREG_SLOPE'
),
(
    'skewness', '{x}', '{}', '{n}',
    '{60}', '{3}', '{5000}', '{t}',
    '{}',
    'population skewness of the last n',
    'textbook'
),
(
    'hurst', '{x}', '{}', '{n}',
    '{100}', '{20}', '{5000}', '{t}',
    '{}',
    'slope of ln root mean square change against ln lag',
    'Di Matteo, Aste and Dacorogna 2003'
),
(
    'entropy', '{x}', '{}', '{n}',
    '{60}', '{10}', '{5000}', '{t}',
    '{}',
    'entropy of the orders of three in a row, over its maximum',
    'Bandt and Pompe 2002'
),
(
    'realised_vol', '{x}', '{}', '{n,periods}',
    '{20,252}', '{2,1e-09}', '{5000,1e+09}', '{t,f}',
    '{}',
    'sample deviation of n log returns times sqrt(periods)',
    'textbook'
),
(
    'correlation', '{x,y}', '{}', '{n}',
    '{60}', '{2}', '{5000}', '{t}',
    '{}',
    'Pearson''s correlation of the last n',
    'textbook'
),
(
    'beta', '{x,y}', '{}', '{n}',
    '{60}', '{2}', '{5000}', '{t}',
    '{}',
    'cov(x, y) / var(y) of the last n',
    'textbook'
),
(
    'true_range', '{}', '{high,low,close}', '{}',
    '{}', '{}', '{}', '{}',
    '{}',
    'max(high, close_1) - min(low, close_1)',
    'Wilder 1978; TA-Lib TRANGE'
),
(
    'atr', '{}', '{high,low,close}', '{n}',
    '{14}', '{1}', '{5000}', '{t}',
    '{}',
    'Wilder''s average of n true ranges',
    'Wilder 1978; TA-Lib ATR'
),
(
    'adx', '{}', '{high,low,close}', '{n}',
    '{14}', '{2}', '{5000}', '{t}',
    '{}',
    'Wilder''s average of 100 |DI+ - DI-| / (DI+ + DI-)',
    'Wilder 1978; TA-Lib ADX'
),
(
    'plus_di', '{}', '{high,low,close}', '{n}',
    '{14}', '{1}', '{5000}', '{t}',
    '{}',
    '100 times averaged rises of the high over averaged true range',
    'Wilder 1978; TA-Lib PLUS_DI'
),
(
    'minus_di', '{}', '{high,low,close}', '{n}',
    '{14}', '{1}', '{5000}', '{t}',
    '{}',
    '100 times averaged falls of the low over averaged true range',
    'Wilder 1978; TA-Lib MINUS_DI'
),
(
    'cci', '{}', '{high,low,close}', '{n}',
    '{20}', '{2}', '{5000}', '{t}',
    '{}',
    '(p - mean p) / (0.015 mean |p - mean p|), p the typical price',
    'Lambert 1980; TA-Lib CCI'
),
(
    'stochastic', '{}', '{high,low,close}', '{k,d}',
    '{14,3}', '{1,1}', '{5000,5000}', '{t,t}',
    '{k,d}',
    '100 (close - lowest) / (highest - lowest) of k rows; its mean of d',
    'Lane; TA-Lib STOCHF'
),
(
    'williams_r', '{}', '{high,low,close}', '{n}',
    '{14}', '{1}', '{5000}', '{t}',
    '{}',
    '-100 (highest - close) / (highest - lowest) of n rows',
    'Williams; TA-Lib WILLR'
),
(
    'mfi', '{}', '{high,low,close,volume}', '{n}',
    '{14}', '{1}', '{5000}', '{t}',
    '{}',
    '100 times rising money flow over all money flow of n rows',
    'Quong and Soudack 1989; TA-Lib MFI'
),
(
    'obv', '{}', '{close,volume}', '{}',
    '{}', '{}', '{}', '{}',
    '{}',
    'sum of volume signed by the change of the close',
    'Granville 1963; TA-Lib OBV'
),
(
    'vwap', '{}', '{high,low,close,volume}', '{}',
    '{}', '{}', '{}', '{}',
    '{}',
    'sum(typical price volume) / sum(volume) of all rows so far',
    'textbook'
),
(
    'donchian', '{}', '{high,low}', '{n}',
    '{20}', '{1}', '{5000}', '{t}',
    '{upper,middle,lower}',
    'highest high, middle, lowest low of n rows',
    'Donchian'
),
(
    'keltner', '{}', '{high,low,close}', '{n,k}',
    '{20,2}', '{1,0.01}', '{5000,100}', '{t,f}',
    '{upper,middle,lower}',
    'ema(close, n) and k atr(n) above and below',
    'Keltner 1960; Raschke'
),
(
    'ichimoku', '{}', '{high,low}', '{conversion,base,span}',
    '{9,26,52}', '{1,1,1}', '{5000,5000,5000}', '{t,t,t}',
    '{conversion,base,leading_a,leading_b}',
    'middles of the ranges of so many rows',
    'Hosoda 1969'
),
(
    'supertrend', '{}', '{high,low,close}', '{n,k}',
    '{10,3}', '{1,0.01}', '{5000,100}', '{t,f}',
    '{line,direction}',
    'k atr(n) off the middle, moving only towards the price',
    'Seban'
),
(
    'psar', '{}', '{high,low}', '{acceleration,maximum}',
    '{0.02,0.2}', '{0.0001,0.0001}', '{1,1}', '{f,f}',
    '{}',
    'stop that speeds up with each new extreme',
    'Wilder 1978; TA-Lib SAR'
),
(
    'parkinson_vol', '{}', '{high,low}', '{n,periods}',
    '{20,252}', '{1,1e-09}', '{5000,1e+09}', '{t,f}',
    '{}',
    'sqrt(mean ln(high/low)^2 / (4 ln 2) periods)',
    'Parkinson 1980'
),
(
    'garman_klass_vol', '{}', '{open,high,low,close}', '{n,periods}',
    '{20,252}', '{1,1e-09}', '{5000,1e+09}', '{t,f}',
    '{}',
    'sqrt(mean(0.5 ln(h/l)^2 - (2 ln 2 - 1) ln(c/o)^2) periods)',
    'Garman and Klass 1980'
)
on conflict (indicator) do update
    set
        inputs = excluded.inputs, bars = excluded.bars,
        parameters = excluded.parameters, defaults = excluded.defaults,
        minimums = excluded.minimums, maximums = excluded.maximums,
        whole = excluded.whole, outputs = excluded.outputs,
        formula = excluded.formula, source = excluded.source
    where known is distinct from excluded;
