-- What the elements of a feature vector measure, in their order
-- (extension/src/snapshot/features.c).

create or replace function market.feature_names()
returns text []
language sql immutable parallel safe
return array[
    'return_1', 'return_5', 'return_20', 'return_60', 'rsi_7', 'rsi_14',
    'ema_9_distance', 'ema_20_distance', 'ema_50_distance', 'ema_200_distance',
    'macd_histogram', 'bollinger_position', 'stochastic_k', 'adx_14', 'realised_vol_5',
    'realised_vol_20', 'realised_vol_252', 'parkinson_vol_20', 'gap', 'range_fraction',
    'volume_zscore', 'obv_slope', 'vwap_distance', 'drawdown_252', 'days_since_high',
    'skew_60', 'correlation_60', 'beta_60', 'vix', 'vix_change_5', 'benchmark_return_5',
    'benchmark_return_20'
];
comment on function market.feature_names() is
'The names of the 32 elements of market.snapshot.features, in order.';

-- Example: {"vix": -2.71, "rsi_14": 1.12, "gap": 0.85}: vix was 2.71 scales lower then.
create or replace function market.feature_differences(now_is vector, then_was vector)
returns jsonb
language sql immutable parallel safe
return pattern_differences(now_is, then_was, market.feature_names());
comment on function market.feature_differences(vector, vector) is
'The five features that differ most, then minus now, in their scales (deviations of a random walk).';
