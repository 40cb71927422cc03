-- series: the state of an instrument at each of its bars, in one pass.
-- Definitions: the comments of market.snapshot in sql/migrations, and docs/reference/indicators.md.

create type snapshot_state as (
    bar_number integer,
    ts timestamptz,
    known_at timestamptz,
    return_1 double precision,
    return_5 double precision,
    return_20 double precision,
    return_60 double precision,
    gap double precision,
    range_fraction double precision,
    streak integer,
    rsi_7 double precision,
    rsi_14 double precision,
    ema_9_distance double precision,
    ema_20_distance double precision,
    ema_50_distance double precision,
    ema_200_distance double precision,
    macd double precision,
    macd_signal double precision,
    macd_histogram double precision,
    adx_14 double precision,
    stochastic_k double precision,
    stochastic_d double precision,
    bollinger_position double precision,
    bollinger_width double precision,
    drawdown_252 double precision,
    days_since_high integer,
    atr_fraction double precision,
    realised_vol_5 double precision,
    realised_vol_20 double precision,
    realised_vol_60 double precision,
    realised_vol_252 double precision,
    vol_ratio double precision,
    parkinson_vol_20 double precision,
    parkinson_vol_60 double precision,
    skew_60 double precision,
    kurtosis_60 double precision,
    hurst_100 double precision,
    volume double precision,
    volume_zscore double precision,
    obv_slope double precision,
    vwap_distance double precision,
    correlation_60 double precision,
    beta_60 double precision,
    benchmark_return_1 double precision,
    benchmark_return_5 double precision,
    benchmark_return_20 double precision,
    benchmark_vol_60 double precision,
    btc_return_5 double precision,
    btc_correlation_60 double precision,
    btc_beta_60 double precision,
    vix double precision,
    vix_change_1 double precision,
    vix_change_5 double precision,
    vix_ratio double precision,
    trend_state text,
    volatility_state text,
    features vector
);
comment on type snapshot_state is
    'Fifty numbers about one instrument at the end of one bar, its trend and volatility in a word, and 32 features on a grid of 1/32; what cannot be computed is null.';

create function snapshot_states(
    ts timestamptz[], known_at timestamptz[], open double precision[], high double precision[],
    low double precision[], close double precision[], volume double precision[],
    benchmark_ts timestamptz[], benchmark_known_at timestamptz[],
    benchmark_close double precision[],
    btc_ts timestamptz[], btc_known_at timestamptz[], btc_close double precision[],
    vix_ts timestamptz[], vix_known_at timestamptz[], vix_close double precision[],
    periods double precision, from_ts timestamptz default null
) returns setof snapshot_state
as 'MODULE_PATHNAME' language c immutable parallel safe rows 2000 cost 1000;
comment on function snapshot_states(
    timestamptz[], timestamptz[], double precision[], double precision[], double precision[],
    double precision[], double precision[], timestamptz[], timestamptz[], double precision[],
    timestamptz[], timestamptz[], double precision[], timestamptz[], timestamptz[],
    double precision[], double precision, timestamptz
) is
    'States of one instrument from its bars in order of time and from three other series as they were known at each bar: benchmark, BTC, volatility index. periods: bars a year. Bars before from_ts are read, not returned.';
