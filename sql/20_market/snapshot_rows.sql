-- A snapshot's whole row: fields, states, features and text. The features are 32
-- numbers without a unit, on a grid of 1/32: extension/src/snapshot/features.c says how
-- each is scaled, and why by nothing that later rows could change.

create or replace function market._snapshot_rows(
    instrument_id integer, bar_interval text, from_ts timestamptz
)
returns setof market.snapshot
language sql stable parallel safe
begin atomic
    select
        stored.snapshot_id,
        i.instrument_id,
        _snapshot_rows.bar_interval,
        f.ts,
        f.bar_number,
        f.known_at,
        f.close,
        f.return_1,
        f.return_5,
        f.return_20,
        f.return_60,
        f.gap,
        f.range_fraction,
        f.streak,
        f.rsi_7,
        f.rsi_14,
        f.ema_9_distance,
        f.ema_20_distance,
        f.ema_50_distance,
        f.ema_200_distance,
        f.macd,
        f.macd_signal,
        f.macd_histogram,
        f.adx_14,
        f.stochastic_k,
        f.stochastic_d,
        f.bollinger_position,
        f.bollinger_width,
        f.drawdown_252,
        f.days_since_high,
        f.atr_fraction,
        f.realised_vol_5,
        f.realised_vol_20,
        f.realised_vol_60,
        f.realised_vol_252,
        f.vol_ratio,
        f.parkinson_vol_20,
        f.parkinson_vol_60,
        f.skew_60,
        f.kurtosis_60,
        f.hurst_100,
        f.volume,
        f.volume_zscore,
        f.obv_slope,
        f.vwap_distance,
        f.correlation_60,
        f.beta_60,
        f.benchmark_return_1,
        f.benchmark_return_5,
        f.benchmark_return_20,
        f.return_20 - f.benchmark_return_20,
        f.btc_return_5,
        f.btc_correlation_60,
        f.btc_beta_60,
        f.vix,
        f.vix_change_1,
        f.vix_change_5,
        f.vix_ratio,
        f.funding_rate,
        f.funding_zscore,
        f.open_interest,
        f.open_interest_change_1h,
        f.open_interest_change_4h,
        f.open_interest_change_24h,
        f.long_short_ratio,
        f.spread,
        extract(hour from f.ts at time zone 'UTC')::integer,
        extract(isodow from f.ts at time zone 'UTC')::integer,
        extract(month from f.ts at time zone 'UTC')::integer,
        case
            when _snapshot_rows.bar_interval = '1d' then null
            when extract(hour from f.ts at time zone 'UTC') < 7 then 'asia'
            when extract(hour from f.ts at time zone 'UTC') < 13 then 'europe'
            when extract(hour from f.ts at time zone 'UTC') < 21 then 'us'
            else 'late'
        end,
        f.split_suspected,
        f.trend_state,
        f.volatility_state,
        f.trend_state || ' ' || f.volatility_state,
        f.features,
        market.snapshot_text(
            i.symbol, f.ts, f.return_1, f.return_20, f.trend_state, f.volatility_state,
            f.rsi_14, f.drawdown_252, f.volume_zscore, f.vix, f.vix_change_5
        )
    from market.instrument as i
    cross join lateral market._snapshot_fields(
        i.instrument_id, _snapshot_rows.bar_interval, _snapshot_rows.from_ts
    ) as f
    left join market.snapshot as stored
        on
            i.instrument_id = stored.instrument_id
            and stored.bar_interval = _snapshot_rows.bar_interval
            and f.ts = stored.ts
    where i.instrument_id = _snapshot_rows.instrument_id;
end;
comment on function market._snapshot_rows(integer, text, timestamptz) is
'What the snapshots of one instrument should be from a time on; those not stored have no id.';
