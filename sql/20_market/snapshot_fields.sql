-- The fields of every snapshot of one instrument, from its bars and from what was known
-- of the others at each bar's time. Definitions: see the comments of market.snapshot.
--
-- Prices are `close` as stored with recognised splits taken out (market._prices);
-- returns leave dividends out. What cannot be computed (too few bars, no high and low,
-- no volume, a benchmark without a new bar) is null.

create or replace function market._snapshot_fields(
    instrument_id integer, bar_interval text
)
returns table (
    ts timestamptz, bar_number integer, known_at timestamptz, close double precision,
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
    skew_60 double precision, kurtosis_60 double precision,
    hurst_100 double precision, volume double precision,
    volume_zscore double precision, obv_slope double precision,
    vwap_distance double precision, correlation_60 double precision,
    beta_60 double precision, benchmark_return_1 double precision,
    benchmark_return_5 double precision, benchmark_return_20 double precision,
    benchmark_vol_60 double precision, btc_return_5 double precision,
    btc_correlation_60 double precision, btc_beta_60 double precision,
    vix double precision, vix_change_1 double precision, vix_change_5 double precision,
    vix_ratio double precision, funding_rate double precision,
    funding_zscore double precision, open_interest double precision,
    open_interest_change_1h double precision, open_interest_change_4h double precision,
    open_interest_change_24h double precision, long_short_ratio double precision,
    spread double precision, split_suspected boolean, periods double precision
)
language sql stable parallel safe
begin atomic
    with instrument as (
        select
            market.benchmark_id(_snapshot_fields.instrument_id) as benchmark_id,
            nullif(
                market.yardstick_id('crypto'), _snapshot_fields.instrument_id
            ) as btc_id,
            market.yardstick_id('volatility') as vix_id,
            market.periods_per_year(
                _snapshot_fields.instrument_id, _snapshot_fields.bar_interval
            ) as periods
    ),

    -- The volatility index on its own bars.
    vix as (
        select
            b.ts,
            b.close,
            b.close / lag(b.close) over series - 1 as change_1,
            b.close / lag(b.close, 5) over series - 1 as change_5,
            case when count(*) over year >= 60
                then b.close / avg(b.close) over year
            end as ratio
        from market.bar_first_told as b
        inner join instrument as i on b.instrument_id = i.vix_id
        where b.bar_interval = _snapshot_fields.bar_interval
        window
            series as (order by b.ts),
            year as (order by b.ts rows between 251 preceding and current row)
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

    -- Each bar with the last bars of the others that were known when it was.
    own as (
        select
            p.*,
            i.periods,
            p.volume * (p.high + p.low + p.close) / 3 as turnover,
            case when p.high is not null then p.volume end as priced_volume,
            -- Closes in order of height, the later above an equal one: the greatest of
            -- a frame tells its place. A float8 and its row would be two searches.
            p.bar_number
            + 4294967296 * dense_rank() over (order by p.close) as height,
            benchmark.ts as benchmark_ts,
            benchmark.close as benchmark_close,
            btc.ts as btc_ts,
            btc.close as btc_close,
            known_vix.ts as vix_ts,
            paid.rate as funding_rate,
            paid.zscore as funding_zscore,
            held.open_interest,
            held.open_interest_1h,
            held.open_interest_4h,
            held.open_interest_24h,
            held.long_short_ratio,
            quoted.spread
        from market._prices(
            _snapshot_fields.instrument_id, _snapshot_fields.bar_interval
        ) as p
        cross join instrument as i
        left join lateral (
            select b.ts, b.close
            from market.bar_first_told as b
            where
                b.instrument_id = i.benchmark_id
                and b.bar_interval = _snapshot_fields.bar_interval
                and b.ts <= p.ts and b.known_at <= p.known_at
            order by b.ts desc
            limit 1
        ) as benchmark on true
        left join lateral (
            select b.ts, b.close
            from market.bar_first_told as b
            where
                b.instrument_id = i.btc_id
                and b.bar_interval = _snapshot_fields.bar_interval
                and b.ts <= p.ts and b.known_at <= p.known_at
            order by b.ts desc
            limit 1
        ) as btc on true
        left join lateral (
            select b.ts
            from market.bar_first_told as b
            where
                b.instrument_id = i.vix_id
                and b.bar_interval = _snapshot_fields.bar_interval
                and b.ts <= p.ts and b.known_at <= p.known_at
                -- An old level is no level: four days cover a long weekend.
                and b.ts > p.ts - interval '5 days'
            order by b.ts desc
            limit 1
        ) as known_vix on true
        left join lateral (
            select f.rate, f.zscore
            from funding as f
            where f.known_at <= p.known_at and f.ts > p.ts - interval '2 days'
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
                select n.*
                from market.open_interest as n
                where
                    n.instrument_id = _snapshot_fields.instrument_id
                    and n.known_at <= p.known_at and n.ts > p.ts - interval '2 days'
                order by n.ts desc
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
                        and m.known_at <= p.known_at
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
                q.instrument_id = _snapshot_fields.instrument_id
                and q.known_at <= p.known_at and q.ts > p.known_at - interval '1 hour'
                -- Some vendors say a last price alone.
                and q.bid is not null
            order by q.ts desc
            limit 1
        ) as quoted on true
    ),

    -- What needs the bars alone.
    step_1 as (
        select
            o.*,
            ln(o.close / lag(o.close) over series) as log_return,
            lag(o.close) over series as close_1,
            lag(o.close, 5) over series as close_5,
            lag(o.close, 20) over series as close_20,
            lag(o.close, 60) over series as close_60,
            rsi(o.close, 7) over series as rsi_7,
            rsi(o.close, 14) over series as rsi_14,
            ema(o.close, 9) over series as ema_9,
            ema(o.close, 20) over series as ema_20,
            ema(o.close, 50) over series as ema_50,
            ema(o.close, 200) over series as ema_200,
            macd(o.close, 12, 26, 9) over series as macd,
            atr(o.high, o.low, o.close, 14) over series as atr_14,
            adx(o.high, o.low, o.close, 14) over series as adx_14,
            -- The mean of 3 fast %K is the slow one.
            (stochastic(o.high, o.low, o.close, 14, 3) over series).d as stochastic_k,
            bollinger(o.close, 20, 2) over series as bands,
            realised_vol(o.close, 5, 1) over series as vol_5,
            realised_vol(o.close, 20, 1) over series as vol_20,
            realised_vol(o.close, 60, 1) over series as vol_60,
            parkinson_vol(o.high, o.low, 20, 1) over series as parkinson_20,
            parkinson_vol(o.high, o.low, 60, 1) over series as parkinson_60,
            hurst(ln(o.close), 100) over series as hurst_100,
            max(o.close) over year as high_252,
            max(o.height) over year % 4294967296 as high_number,
            -- Averages remember all: a late bar makes all that follows late.
            max(o.known_at) over series as all_known_at,
            sum(o.turnover) over month / sum(o.priced_volume) over month as vwap,
            ln(o.volume) as log_volume,
            -- Returns of the others between this bar and the one before, if they moved.
            case when o.benchmark_ts > lag(o.benchmark_ts) over series
                then ln(o.benchmark_close / lag(o.benchmark_close) over series)
            end as benchmark_step,
            o.benchmark_close / lag(o.benchmark_close, 5) over series - 1
                as benchmark_5,
            o.benchmark_close / lag(o.benchmark_close, 20) over series - 1
                as benchmark_20,
            case when o.btc_ts > lag(o.btc_ts) over series
                then ln(o.btc_close / lag(o.btc_close) over series)
            end as btc_step,
            o.btc_close / lag(o.btc_close, 5) over series - 1 as btc_5
        from own as o
        window
            series as (order by o.ts rows unbounded preceding),
            month as (order by o.ts rows between 19 preceding and current row),
            year as (order by o.ts rows between 251 preceding and current row)
    ),

    -- What needs the returns.
    step_2 as (
        select
            s.*,
            max(case when sign(s.log_return) is distinct from sign(s.last_return)
                then s.bar_number
            end) over series as turned,
            sma(s.stochastic_k, 3) over series as stochastic_d,
            stddev_samp(s.log_return) over year as vol_252,
            count(s.log_return) over quarter as returns_60,
            skewness(s.log_return, 60) over series as skew_60,
            avg(s.log_return) over quarter as mean_1,
            avg(s.power_2) over quarter as mean_2,
            avg(s.power_3) over quarter as mean_3,
            avg(s.power_4) over quarter as mean_4,
            avg(s.log_volume) over month_before as volume_mean,
            stddev_samp(s.log_volume) over month_before as volume_deviation,
            count(s.log_volume) over month_before as volumes_before,
            count(s.log_volume) over month as volumes,
            sum(s.signed_volume) over month / sum(s.volume) over month as obv_slope,
            count(s.benchmark_step) over quarter as benchmark_steps,
            count(s.benchmark_step) over week as benchmark_steps_5,
            count(s.benchmark_step) over month as benchmark_steps_20,
            stddev_samp(s.benchmark_step) over quarter as benchmark_vol,
            corr(s.log_return, s.benchmark_step) over quarter as benchmark_correlation,
            regr_slope(s.log_return, s.benchmark_step) over quarter as benchmark_beta,
            count(s.btc_step) over quarter as btc_steps,
            count(s.btc_step) over week as btc_steps_5,
            corr(s.log_return, s.btc_step) over quarter as btc_correlation,
            regr_slope(s.log_return, s.btc_step) over quarter as btc_beta
        from (
            select
                step_1.*,
                lag(step_1.log_return) over (order by step_1.ts) as last_return,
                step_1.log_return ^ 2 as power_2,
                step_1.log_return ^ 3 as power_3,
                step_1.log_return ^ 4 as power_4,
                sign(step_1.log_return) * step_1.volume as signed_volume
            from step_1
        ) as s
        window
            series as (order by s.ts rows unbounded preceding),
            week as (order by s.ts rows between 4 preceding and current row),
            month as (order by s.ts rows between 19 preceding and current row),
            month_before as (order by s.ts rows between 20 preceding and 1 preceding),
            quarter as (order by s.ts rows between 59 preceding and current row),
            year as (order by s.ts rows between 251 preceding and current row)
    )

    select
        s.ts,
        s.bar_number::integer,
        s.all_known_at,
        s.stored_close,
        s.close / s.close_1 - 1,
        s.close / s.close_5 - 1,
        s.close / s.close_20 - 1,
        s.close / s.close_60 - 1,
        s.open / s.close_1 - 1,
        (s.high - s.low) / s.close,
        (sign(s.log_return) * (s.bar_number - s.turned + 1))::integer,
        s.rsi_7,
        s.rsi_14,
        s.close / s.ema_9 - 1,
        s.close / s.ema_20 - 1,
        s.close / s.ema_50 - 1,
        s.close / s.ema_200 - 1,
        (s.macd).macd / s.close,
        (s.macd).signal / s.close,
        (s.macd).histogram / s.close,
        case when s.high is not null then s.adx_14 end,
        case when s.high is not null then s.stochastic_k end,
        case when s.high is not null then s.stochastic_d end,
        (s.close - (s.bands).lower) / nullif((s.bands).upper - (s.bands).lower, 0),
        ((s.bands).upper - (s.bands).lower) / (s.bands).middle,
        case when s.bar_number >= 20 then s.close / s.high_252 - 1 end,
        case when s.bar_number >= 20 then (s.bar_number - s.high_number)::integer end,
        case when s.high is not null then s.atr_14 / s.close end,
        s.vol_5 * sqrt(s.periods),
        s.vol_20 * sqrt(s.periods),
        s.vol_60 * sqrt(s.periods),
        case when s.bar_number > 60 then s.vol_252 * sqrt(s.periods) end,
        s.vol_5 / nullif(s.vol_60, 0),
        case when s.high is not null then s.parkinson_20 * sqrt(s.periods) end,
        case when s.high is not null then s.parkinson_60 * sqrt(s.periods) end,
        s.skew_60,
        case when s.bar_number > 60
            then (s.mean_4 - 4 * s.mean_1 * s.mean_3 + 6 * s.mean_1 ^ 2 * s.mean_2
                - 3 * s.mean_1 ^ 4) / nullif(s.variance ^ 2, 0) - 3
        end,
        s.hurst_100,
        s.volume,
        case when s.volumes_before >= 15
            then (s.log_volume - s.volume_mean) / nullif(s.volume_deviation, 0)
        end,
        case when s.bar_number > 20 and s.volumes >= 15 then s.obv_slope end,
        case when s.bar_number >= 20 and s.volumes >= 15 then s.close / s.vwap - 1 end,
        case when s.benchmark_steps = 60 then s.benchmark_correlation end,
        case when s.benchmark_steps = 60 then s.benchmark_beta end,
        exp(s.benchmark_step) - 1,
        case when s.benchmark_steps_5 = 5 then s.benchmark_5 end,
        case when s.benchmark_steps_20 = 20 then s.benchmark_20 end,
        case when s.benchmark_steps = 60 then s.benchmark_vol end,
        case when s.btc_steps_5 = 5 then s.btc_5 end,
        case when s.btc_steps = 60 then s.btc_correlation end,
        case when s.btc_steps = 60 then s.btc_beta end,
        v.close,
        v.change_1,
        v.change_5,
        v.ratio,
        s.funding_rate,
        s.funding_zscore,
        s.open_interest,
        s.open_interest / nullif(s.open_interest_1h, 0) - 1,
        s.open_interest / nullif(s.open_interest_4h, 0) - 1,
        s.open_interest / nullif(s.open_interest_24h, 0) - 1,
        s.long_short_ratio,
        s.spread,
        s.split_suspected,
        s.periods
    from (select step_2.*, mean_2 - mean_1 ^ 2 as variance from step_2) as s
    left join vix as v on s.vix_ts = v.ts;
end;
comment on function market._snapshot_fields(integer, text) is
'The fields of all snapshots of one instrument, without states, features and text.';
