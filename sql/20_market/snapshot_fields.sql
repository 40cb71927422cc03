-- The fields of every snapshot of one instrument from a time on, from its bars and from
-- what was known of the others at each bar's time. Definitions: see the comments of
-- market.snapshot.
--
-- Prices are `close` as stored with recognised splits taken out (market._prices);
-- returns leave dividends out. What cannot be computed (too few bars, no high and low,
-- no volume, a benchmark without a new bar) is null. The extension's snapshot_states()
-- makes all that prices give in one pass over arrays; funding, open interest and
-- quotes are looked up beside it, where there are any.

-- Example: market.closes_first_told(518, '1d') -> {ts}, {known_at}, {close}
create or replace function market.closes_first_told(
    instrument_id integer, bar_interval text,
    out ts timestamptz [], out known_at timestamptz [], out close double precision []
)
language sql stable parallel safe
begin atomic
    select
        coalesce(array_agg(b.ts), '{}'),
        coalesce(array_agg(b.known_at), '{}'),
        coalesce(array_agg(b.close), '{}')
    from (
        -- As market.bar_first_told, but the few corrections are read once.
        select
            t.ts, coalesce(v.close, t.close) as close,
            coalesce(v.known_at, t.known_at) as known_at
        from market.bar as t
        left join (
            select distinct on (o.ts) o.ts, o.close, o.known_at
            from market.bar_version as o
            where
                o.instrument_id = closes_first_told.instrument_id
                and o.bar_interval = closes_first_told.bar_interval
            order by o.ts, o.known_at
        ) as v on t.ts = v.ts
        where
            t.instrument_id = closes_first_told.instrument_id
            and t.bar_interval = closes_first_told.bar_interval
        order by t.ts
    ) as b;
end;
comment on function market.closes_first_told(integer, text) is
'Closes of one instrument as arrays, as they were first told; empty for no instrument.';

create or replace function market._snapshot_fields(
    instrument_id integer, bar_interval text, from_ts timestamptz default null
)
returns table (
    bar_number integer, ts timestamptz, known_at timestamptz,
    return_1 double precision, return_5 double precision, return_20 double precision,
    return_60 double precision, gap double precision, range_fraction double precision,
    streak integer, rsi_7 double precision, rsi_14 double precision,
    ema_9_distance double precision, ema_20_distance double precision,
    ema_50_distance double precision, ema_200_distance double precision,
    macd double precision, macd_signal double precision,
    macd_histogram double precision, adx_14 double precision,
    stochastic_k double precision, stochastic_d double precision,
    bollinger_position double precision, bollinger_width double precision,
    drawdown_252 double precision, days_since_high integer,
    atr_fraction double precision, realised_vol_5 double precision,
    realised_vol_20 double precision, realised_vol_60 double precision,
    realised_vol_252 double precision, vol_ratio double precision,
    parkinson_vol_20 double precision, parkinson_vol_60 double precision,
    skew_60 double precision, kurtosis_60 double precision, hurst_100 double precision,
    volume double precision, volume_zscore double precision,
    obv_slope double precision, vwap_distance double precision,
    correlation_60 double precision, beta_60 double precision,
    benchmark_return_1 double precision, benchmark_return_5 double precision,
    benchmark_return_20 double precision, benchmark_vol_60 double precision,
    btc_return_5 double precision, btc_correlation_60 double precision,
    btc_beta_60 double precision, vix double precision, vix_change_1 double precision,
    vix_change_5 double precision, vix_ratio double precision, trend_state text,
    volatility_state text, features vector, close double precision,
    funding_rate double precision, funding_zscore double precision,
    open_interest double precision, open_interest_change_1h double precision,
    open_interest_change_4h double precision,
    open_interest_change_24h double precision, long_short_ratio double precision,
    spread double precision, split_suspected boolean
)
language sql stable parallel safe
begin atomic
    with own as (
        select
            market.periods_per_year(
                _snapshot_fields.instrument_id, _snapshot_fields.bar_interval
            ) as periods,
            array_agg(p.ts) as ts,
            array_agg(p.known_at) as known_at,
            array_agg(p.stored_close) as stored_close,
            array_agg(p.open) as open,
            array_agg(p.high) as high,
            array_agg(p.low) as low,
            array_agg(p.close) as close,
            array_agg(p.volume) as volume,
            array_agg(p.split_suspected) as split_suspected
        from (
            select b.*
            from market._prices(
                _snapshot_fields.instrument_id, _snapshot_fields.bar_interval
            ) as b
            order by b.ts
        ) as p
    ),

    -- Funding rates against the 90 before each.
    funding as (
        select
            f.ts,
            f.known_at,
            f.rate,
            case when count(*) over recent >= 30
                then (f.rate - avg(f.rate) over recent)
                    / nullif(stddev_samp(f.rate) over recent, 0)
            end as zscore
        from market.funding as f
        where f.instrument_id = _snapshot_fields.instrument_id
        window recent as (order by f.ts rows between 90 preceding and 1 preceding)
    ),

    -- Most instruments have none of these: one look instead of one a bar.
    has as (
        select
            exists (
                select from market.funding as f
                where f.instrument_id = _snapshot_fields.instrument_id
            ) as funding,
            exists (
                select from market.open_interest as o
                where o.instrument_id = _snapshot_fields.instrument_id
            ) as open_interest,
            exists (
                select from market.quote as q
                where q.instrument_id = _snapshot_fields.instrument_id
            ) as quote
    ),

    -- What is looked up at each bar, in a part of its own that most instruments skip.
    beside as (
        select
            n.bar_number,
            paid.rate as funding_rate,
            paid.zscore as funding_zscore,
            held.open_interest,
            held.open_interest / nullif(held.open_interest_1h, 0) - 1
                as open_interest_change_1h,
            held.open_interest / nullif(held.open_interest_4h, 0) - 1
                as open_interest_change_4h,
            held.open_interest / nullif(held.open_interest_24h, 0) - 1
                as open_interest_change_24h,
            held.long_short_ratio,
            quoted.spread
        from own
        cross join has
        cross join lateral unnest(own.ts, own.known_at) with ordinality as n (
            ts, known_at, bar_number
        )
        left join lateral (
            select f.rate, f.zscore
            from funding as f
            where
                has.funding and f.known_at <= n.known_at
                and f.ts > n.ts - interval '2 days'
            order by f.ts desc
            limit 1
        ) as paid on true
        left join lateral (
            select
                o.open_interest,
                o.long_short_ratio,
                -- What it was so long before: a little earlier will do.
                max(e.open_interest) filter (where e.hours = 1) as open_interest_1h,
                max(e.open_interest) filter (where e.hours = 4) as open_interest_4h,
                max(e.open_interest) filter (where e.hours = 24) as open_interest_24h
            from (
                select t.*
                from market.open_interest as t
                where
                    has.open_interest
                    and t.instrument_id = _snapshot_fields.instrument_id
                    and t.known_at <= n.known_at
                    and t.ts > n.ts - interval '2 days'
                order by t.ts desc
                limit 1
            ) as o
            left join lateral (
                select h.hours, earlier.open_interest
                from (values (1, 30), (4, 60), (24, 360)) as h (hours, minutes)
                cross join lateral (
                    select m.open_interest
                    from market.open_interest as m
                    where
                        m.instrument_id = _snapshot_fields.instrument_id
                        and m.ts <= o.ts - make_interval(hours => h.hours)
                        and m.ts
                        > o.ts - make_interval(hours => h.hours, mins => h.minutes)
                        and m.known_at <= n.known_at
                    order by m.ts desc
                    limit 1
                ) as earlier
            ) as e on true
            group by o.open_interest, o.long_short_ratio
        ) as held on true
        left join lateral (
            select 2 * (q.ask - q.bid) / (q.ask + q.bid) as spread
            from market.quote as q
            where
                has.quote and q.instrument_id = _snapshot_fields.instrument_id
                and q.known_at <= n.known_at
                and q.ts > n.known_at - interval '1 hour'
                -- Some vendors say a last price alone.
                and q.bid is not null
            order by q.ts desc
            limit 1
        ) as quoted on true
        where
            (has.funding or has.open_interest or has.quote)
            and n.ts >= coalesce(_snapshot_fields.from_ts, '-infinity')
    )

    select
        s.bar_number, s.ts, s.known_at, s.return_1, s.return_5, s.return_20,
        s.return_60, s.gap, s.range_fraction, s.streak, s.rsi_7, s.rsi_14,
        s.ema_9_distance, s.ema_20_distance, s.ema_50_distance, s.ema_200_distance,
        s.macd, s.macd_signal, s.macd_histogram, s.adx_14, s.stochastic_k,
        s.stochastic_d, s.bollinger_position, s.bollinger_width, s.drawdown_252,
        s.days_since_high, s.atr_fraction, s.realised_vol_5, s.realised_vol_20,
        s.realised_vol_60, s.realised_vol_252, s.vol_ratio, s.parkinson_vol_20,
        s.parkinson_vol_60, s.skew_60, s.kurtosis_60, s.hurst_100, s.volume,
        s.volume_zscore, s.obv_slope, s.vwap_distance, s.correlation_60, s.beta_60,
        s.benchmark_return_1, s.benchmark_return_5, s.benchmark_return_20,
        s.benchmark_vol_60, s.btc_return_5, s.btc_correlation_60, s.btc_beta_60, s.vix,
        s.vix_change_1, s.vix_change_5, s.vix_ratio, s.trend_state, s.volatility_state,
        s.features,
        own.stored_close[s.bar_number],
        b.funding_rate,
        b.funding_zscore,
        b.open_interest,
        b.open_interest_change_1h,
        b.open_interest_change_4h,
        b.open_interest_change_24h,
        b.long_short_ratio,
        b.spread,
        own.split_suspected[s.bar_number]
    from own
    cross join market.closes_first_told(
        market.benchmark_id(_snapshot_fields.instrument_id),
        _snapshot_fields.bar_interval
    ) as benchmark
    cross join market.closes_first_told(
        nullif(market.yardstick_id('crypto'), _snapshot_fields.instrument_id),
        _snapshot_fields.bar_interval
    ) as btc
    cross join market.closes_first_told(
        market.yardstick_id('volatility'), _snapshot_fields.bar_interval
    ) as vix
    cross join lateral snapshot_states(
        own.ts, own.known_at, own.open, own.high, own.low, own.close, own.volume,
        benchmark.ts, benchmark.known_at, benchmark.close, btc.ts, btc.known_at,
        btc.close, vix.ts, vix.known_at, vix.close, own.periods,
        _snapshot_fields.from_ts
    ) as s
    left join beside as b on s.bar_number = b.bar_number
    where own.ts is not null;
end;
comment on function market._snapshot_fields(integer, text, timestamptz) is
'The fields of all snapshots of one instrument from a time on, without the text.';
