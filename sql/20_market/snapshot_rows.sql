-- A snapshot's whole row: fields, states, features and text.
--
-- The features are 32 numbers without a unit. Each is measured in the instrument's own
-- trailing volatility (60 bars) or has no unit by nature, so that a calm stock and a
-- wild coin can be alike; nothing is taken from later rows, nor from the sample as a
-- whole. Centres and scales are those of a driftless random walk of 40 steps a bar, for
-- which each has mean 0 and deviation 1 (snapshot_features_test.sql makes one and
-- checks it), so a direction is what is unusual about a bar. Where such a walk says
-- nothing (the market's part, the gap) they are set by hand, as noted. Clipped to
-- -3..3. A missing number is 0: it adds nothing to a likeness, and makes a row less
-- like those that know more. With more than 8 of 32 missing there is no vector.

-- Example: -2.5 % at 1.17 % a bar -> market._unusual(-0.025, 0, 0.0117) -> -2.14
create or replace function market._unusual(
    x double precision, centre double precision, scale double precision
)
returns double precision
language sql immutable parallel safe
return case
    -- greatest and least pass over a null.
    when x is not null and scale is not null
        then greatest(-3::double precision, least(3, (x - centre) / scale))
end;
comment on function market._unusual(double precision, double precision, double precision) is
'How many scales a number is from its centre, clipped to -3..3; null if it is missing.';

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
        s.trend_state,
        s.volatility_state,
        s.trend_state || ' ' || s.volatility_state,
        case when num_nonnulls(variadic k.known) >= 24
            then array_replace(k.known, null, 0::double precision)::vector
        end,
        market.snapshot_text(
            i.symbol, f.ts, f.return_1, f.return_20, s.trend_state, s.volatility_state,
            f.rsi_14, f.drawdown_252, f.volume_zscore, f.vix, f.vix_change_5
        )
    from market.instrument as i
    cross join lateral market._snapshot_fields(
        i.instrument_id, _snapshot_rows.bar_interval
    ) as f
    left join market.snapshot as stored
        on
            i.instrument_id = stored.instrument_id
            and stored.bar_interval = _snapshot_rows.bar_interval
            and f.ts = stored.ts
    cross join lateral (
        select
            nullif(f.realised_vol_60, 0) / sqrt(f.periods) as sigma,
            nullif(f.benchmark_vol_60, 0) as benchmark_sigma,
            nullif(f.realised_vol_20, 0) as vol_20
        -- With a limit it is computed once a row, not once a use.
        limit 1 -- noqa: AM09
    ) as v
    cross join lateral (
        select
            case
                when f.ema_50_distance is null or f.bar_number < 60 then null
                when f.ema_50_distance > 0 and coalesce(f.ema_200_distance > 0, true)
                    then 'up'
                when f.ema_50_distance < 0 and coalesce(f.ema_200_distance < 0, true)
                    then 'down'
                else 'sideways'
            end as trend_state,
            case
                when f.realised_vol_20 < 0.75 * f.realised_vol_252 then 'calm'
                when f.realised_vol_20 > 1.5 * f.realised_vol_252 then 'stressed'
                when f.realised_vol_20 is not null and f.realised_vol_252 is not null
                    then 'normal'
            end as volatility_state
    ) as s
    cross join lateral (
        select array[
            -- moves
            market._unusual(f.return_1, 0, v.sigma),
            market._unusual(f.return_5, 0, v.sigma * sqrt(5)),
            market._unusual(f.return_20, 0, v.sigma * sqrt(20)),
            market._unusual(f.return_60, 0, v.sigma * sqrt(60)),
            market._unusual(f.rsi_7, 50, 17),
            market._unusual(f.rsi_14, 50, 12),
            market._unusual(f.ema_9_distance, 0, 1.35 * v.sigma),
            market._unusual(f.ema_20_distance, 0, 2.15 * v.sigma),
            market._unusual(f.ema_50_distance, 0, 3.6 * v.sigma),
            market._unusual(f.ema_200_distance, 0, 7.6 * v.sigma),
            market._unusual(f.macd_histogram, 0, 0.34 * v.sigma),
            market._unusual(f.bollinger_position, 0.5, 0.33),
            market._unusual(f.stochastic_k, 50, 29.5),
            market._unusual(f.adx_14, 24, 10),
            -- volatility
            market._unusual(ln(nullif(f.realised_vol_5, 0) / v.vol_20), -0.11, 0.37),
            market._unusual(ln(v.vol_20 / nullif(f.realised_vol_60, 0)), -0.02, 0.14),
            market._unusual(ln(v.vol_20 / nullif(f.realised_vol_252, 0)), -0.025, 0.16),
            market._unusual(ln(nullif(f.parkinson_vol_20, 0) / v.vol_20), -0.1, 0.11),
            -- about a quarter of the variance comes overnight
            market._unusual(f.gap, 0, 0.5 * v.sigma),
            market._unusual(f.range_fraction, 1.42 * v.sigma, 0.48 * v.sigma),
            -- volume
            market._unusual(f.volume_zscore, 0, 1.09),
            market._unusual(f.obv_slope, 0, 0.245),
            market._unusual(f.vwap_distance, 0, 2.6 * v.sigma),
            -- the past year
            market._unusual(f.drawdown_252, -10 * v.sigma, 7.5 * v.sigma),
            market._unusual(ln(1 + f.days_since_high), 4.1, 1.5),
            market._unusual(f.skew_60, 0, 0.29),
            -- the market: most go with it
            market._unusual(f.correlation_60, 0.5, 0.3),
            market._unusual(f.beta_60, 1, 0.5),
            -- the volatility index moves about 6 % a day
            market._unusual(ln(f.vix_ratio), 0, 0.25),
            market._unusual(f.vix_change_5, 0, 0.06 * sqrt(5)),
            market._unusual(f.benchmark_return_5, 0, v.benchmark_sigma * sqrt(5)),
            market._unusual(f.benchmark_return_20, 0, v.benchmark_sigma * sqrt(20))
        ] as known
        limit 1 -- noqa: AM09
    ) as k
    where
        i.instrument_id = _snapshot_rows.instrument_id
        and f.ts >= coalesce(_snapshot_rows.from_ts, '-infinity');
end;
comment on function market._snapshot_rows(integer, text, timestamptz) is
'What the snapshots of one instrument should be from a time on; those not stored have no id.';
