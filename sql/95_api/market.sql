-- What the market did, for everybody: reference data without a tenant. The views run as
-- their owner; there is nothing in them that a reader may not see.

create or replace view api.instruments as
select
    i.symbol,
    i.name,
    i.asset_class,
    i.sector,
    i.industry,
    i.calendar,
    i.currency,
    b.symbol as benchmark,
    first_bar.ts as first_ts,
    last_bar.ts as last_ts
from market.instrument as i
left join market.yardstick as y on i.asset_class = y.yardstick
left join market.instrument as usual
    on y.symbol = usual.symbol and usual.instrument_id <> i.instrument_id
left join market.instrument as b
    on b.instrument_id = coalesce(i.benchmark_id, usual.instrument_id)
left join lateral (
    select known.ts
    from market.bar as known
    where known.instrument_id = i.instrument_id and known.bar_interval = '1d'
    order by known.ts
    limit 1
) as first_bar on true
left join lateral (
    select known.ts
    from market.bar as known
    where known.instrument_id = i.instrument_id and known.bar_interval = '1d'
    order by known.ts desc
    limit 1
) as last_bar on true;
comment on view api.instruments is
'What can be watched or traded, its benchmark, and from when to when there are daily bars.';

create or replace view api.sessions as
select
    s.calendar,
    s.session,
    s.open_at,
    s.close_at,
    s.early_close
from market.session as s;
comment on view api.sessions is 'The days on which exchanges are open.';

create or replace view api.bars as
select
    i.symbol,
    i.asset_class,
    i.sector,
    b.bar_interval,
    b.ts,
    b.open,
    b.high,
    b.low,
    b.close,
    b.volume,
    b.adj_close,
    b.known_at,
    b.source
from market.bar as b
inner join market.instrument as i on b.instrument_id = i.instrument_id;
comment on view api.bars is 'Prices as stored; known_at is when a bar could first be known.';

create or replace view api.snapshots as
select
    s.snapshot_id,
    i.symbol,
    i.asset_class,
    i.sector,
    s.bar_interval,
    s.ts,
    s.bar_number,
    s.known_at,
    s.close,
    s.return_1,
    s.return_5,
    s.return_20,
    s.return_60,
    s.gap,
    s.range_fraction,
    s.streak,
    s.rsi_7,
    s.rsi_14,
    s.ema_9_distance,
    s.ema_20_distance,
    s.ema_50_distance,
    s.ema_200_distance,
    s.macd,
    s.macd_signal,
    s.macd_histogram,
    s.adx_14,
    s.stochastic_k,
    s.stochastic_d,
    s.bollinger_position,
    s.bollinger_width,
    s.drawdown_252,
    s.days_since_high,
    s.atr_fraction,
    s.realised_vol_5,
    s.realised_vol_20,
    s.realised_vol_60,
    s.realised_vol_252,
    s.vol_ratio,
    s.parkinson_vol_20,
    s.parkinson_vol_60,
    s.skew_60,
    s.kurtosis_60,
    s.hurst_100,
    s.volume,
    s.volume_zscore,
    s.obv_slope,
    s.vwap_distance,
    s.correlation_60,
    s.beta_60,
    s.benchmark_return_1,
    s.benchmark_return_5,
    s.benchmark_return_20,
    s.relative_return_20,
    s.btc_return_5,
    s.btc_correlation_60,
    s.btc_beta_60,
    s.vix,
    s.vix_change_1,
    s.vix_change_5,
    s.vix_ratio,
    s.funding_rate,
    s.funding_zscore,
    s.open_interest,
    s.open_interest_change_1h,
    s.open_interest_change_4h,
    s.open_interest_change_24h,
    s.long_short_ratio,
    s.spread,
    s.hour,
    s.weekday,
    s.month,
    s.session,
    s.split_suspected,
    s.trend_state,
    s.volatility_state,
    s.regime,
    s.features,
    s.text_form
from market.snapshot as s
inner join market.instrument as i on s.instrument_id = i.instrument_id;
comment on view api.snapshots is
'The state of each instrument at each bar, from what was known then; missing is null.';

create or replace view api.outcomes as
select
    o.snapshot_id,
    i.symbol,
    s.bar_interval,
    s.ts,
    o.horizon,
    o.forward_return,
    o.max_gain,
    o.max_loss,
    o.volatility,
    o.known_at
from market.outcome as o
inner join market.snapshot as s on o.snapshot_id = s.snapshot_id
inner join market.instrument as i on s.instrument_id = i.instrument_id;
comment on view api.outcomes is
'What followed each snapshot after `horizon` bars, and when that was known.';

create or replace view api.rejected_rows as
select
    r.rejected_row_id,
    r.file,
    r.line,
    r.column_name,
    r.reason,
    r.raw,
    r.at
from market.rejected_row as r;
comment on view api.rejected_rows is 'Rows of loaded files that were not stored, and why.';

-- The columns explain themselves as those of the tables do.
do $$
declare
    explained record;
begin
    for explained in
        select v.attrelid::regclass as view, v.attname as name, d.description
        from (values
            ('api.snapshots', 'market.snapshot'), ('api.outcomes', 'market.outcome'),
            ('api.bars', 'market.bar')
        ) as pair (view_name, table_name)
        inner join pg_attribute as t on t.attrelid = pair.table_name::regclass and t.attnum > 0
        inner join pg_attribute as v
            on v.attrelid = pair.view_name::regclass and t.attname = v.attname
        inner join pg_description as d
            on t.attrelid = d.objoid and t.attnum = d.objsubid
            and d.classoid = 'pg_class'::regclass
    loop
        execute format(
            'comment on column %s.%I is %L', explained.view, explained.name, explained.description
        );
    end loop;
end
$$;

grant usage on schema api to bellwether_analyst, bellwether_gateway;
grant select on
api.instruments, api.sessions, api.bars, api.snapshots, api.outcomes, api.rejected_rows
to bellwether_analyst, bellwether_gateway;
