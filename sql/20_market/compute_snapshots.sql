-- Writes snapshots and outcomes of one instrument from a time on; the job kind
-- compute_snapshots. Repeatable: unchanged rows are not touched, so triggers see
-- changes only, and rows whose bar is gone go too.
-- Example: select market.compute_snapshots(1, '1d', '2017-01-03') -> rows written

create or replace function market.compute_snapshots(
    instrument_id integer,
    bar_interval text default '1d',
    from_ts timestamptz default null
)
returns integer
language plpgsql
-- As owner: the worker that runs the job may not write market data by hand.
security definer
set search_path = pg_catalog, public, pg_temp
-- Right after a load there are no statistics, and a join guessed small takes minutes.
set enable_nestloop = off
as $$
#variable_conflict use_column
declare
    wanted_instrument constant integer := compute_snapshots.instrument_id;
    wanted_interval constant text := compute_snapshots.bar_interval;
    wanted_from constant timestamptz := coalesce(compute_snapshots.from_ts, '-infinity');
    written integer;
begin
    -- Two workers on one instrument: the second waits and then finds nothing to change.
    perform pg_advisory_xact_lock(hashtext('market.snapshot'), wanted_instrument);

    delete from market.snapshot as s
    where
        s.instrument_id = wanted_instrument
        and s.bar_interval = wanted_interval
        and s.ts >= wanted_from
        and not exists (
            select from market.bar as b
            where
                b.instrument_id = s.instrument_id
                and b.bar_interval = s.bar_interval
                and b.ts = s.ts
        );

    -- Rows are compared whole, as they are stored (*<>).
    insert into market.snapshot overriding user value
    select computed.*
    from market._snapshot_rows(wanted_instrument, wanted_interval, wanted_from) as computed
    -- By its instrument, too: only its own rows are read, not everybody's.
    left join market.snapshot as stored
        on
            computed.snapshot_id = stored.snapshot_id
            and stored.instrument_id = wanted_instrument
            and stored.bar_interval = wanted_interval
    where stored.snapshot_id is null or stored *<> computed
    order by computed.ts
    on conflict (instrument_id, bar_interval, ts) do update set (
        bar_number, known_at, close, return_1, return_5, return_20, return_60,
        gap, range_fraction, streak, rsi_7, rsi_14, ema_9_distance,
        ema_20_distance, ema_50_distance, ema_200_distance, macd, macd_signal,
        macd_histogram, adx_14, stochastic_k, stochastic_d, bollinger_position,
        bollinger_width, drawdown_252, days_since_high, atr_fraction,
        realised_vol_5, realised_vol_20, realised_vol_60, realised_vol_252,
        vol_ratio, parkinson_vol_20, parkinson_vol_60, skew_60, kurtosis_60,
        hurst_100, volume, volume_zscore, obv_slope, vwap_distance,
        correlation_60, beta_60, benchmark_return_1, benchmark_return_5,
        benchmark_return_20, relative_return_20, btc_return_5,
        btc_correlation_60, btc_beta_60, vix, vix_change_1, vix_change_5,
        vix_ratio, funding_rate, funding_zscore, open_interest,
        open_interest_change_1h, open_interest_change_4h,
        open_interest_change_24h, long_short_ratio, spread, hour, weekday,
        month, session, split_suspected, trend_state, volatility_state, regime,
        features, text_form
    ) = (
        excluded.bar_number, excluded.known_at, excluded.close,
        excluded.return_1, excluded.return_5, excluded.return_20,
        excluded.return_60, excluded.gap, excluded.range_fraction,
        excluded.streak, excluded.rsi_7, excluded.rsi_14,
        excluded.ema_9_distance, excluded.ema_20_distance,
        excluded.ema_50_distance, excluded.ema_200_distance, excluded.macd,
        excluded.macd_signal, excluded.macd_histogram, excluded.adx_14,
        excluded.stochastic_k, excluded.stochastic_d,
        excluded.bollinger_position, excluded.bollinger_width,
        excluded.drawdown_252, excluded.days_since_high, excluded.atr_fraction,
        excluded.realised_vol_5, excluded.realised_vol_20,
        excluded.realised_vol_60, excluded.realised_vol_252, excluded.vol_ratio,
        excluded.parkinson_vol_20, excluded.parkinson_vol_60, excluded.skew_60,
        excluded.kurtosis_60, excluded.hurst_100, excluded.volume,
        excluded.volume_zscore, excluded.obv_slope, excluded.vwap_distance,
        excluded.correlation_60, excluded.beta_60, excluded.benchmark_return_1,
        excluded.benchmark_return_5, excluded.benchmark_return_20,
        excluded.relative_return_20, excluded.btc_return_5,
        excluded.btc_correlation_60, excluded.btc_beta_60, excluded.vix,
        excluded.vix_change_1, excluded.vix_change_5, excluded.vix_ratio,
        excluded.funding_rate, excluded.funding_zscore, excluded.open_interest,
        excluded.open_interest_change_1h, excluded.open_interest_change_4h,
        excluded.open_interest_change_24h, excluded.long_short_ratio,
        excluded.spread, excluded.hour, excluded.weekday, excluded.month,
        excluded.session, excluded.split_suspected, excluded.trend_state,
        excluded.volatility_state, excluded.regime, excluded.features,
        excluded.text_form
    );
    get diagnostics written = row_count;

    perform market.compute_outcomes(wanted_instrument, wanted_interval, wanted_from);
    return written;
end
$$;
comment on function market.compute_snapshots(integer, text, timestamptz) is
'Writes snapshots and outcomes of one instrument from a time on; the number of snapshots written.';
