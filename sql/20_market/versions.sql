-- What was known when: a corrected bar, and what was computed from it, keep what they
-- said before, until the moment the correction arrived.
--
-- A correction is an update whose known_at is later than before; the ingest sets it. An
-- update of prices by hand that leaves known_at alone is one that arrives now. Moving
-- known_at back, or changing nothing but it, is no correction.

create or replace function market.on_bar_corrected()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.known_at := greatest(clock_timestamp(), old.known_at);
    return new;
end
$$;
comment on function market.on_bar_corrected() is
'Trigger function: a bar corrected by hand is known from now on.';

create or replace trigger _100_bar_corrected before update on market.bar
for each row
when (
    new.known_at = old.known_at
    and (new.open, new.high, new.low, new.close, new.volume, new.adj_close)
    is distinct from (old.open, old.high, old.low, old.close, old.volume, old.adj_close)
)
execute function market.on_bar_corrected();

create or replace function market.keep_bar_versions()
returns trigger
language plpgsql
security definer -- whoever corrects bars has no rights on their history
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into market.bar_version
    select b.*, n.known_at
    from before as b
    inner join changed as n
        on
            n.instrument_id = b.instrument_id and n.bar_interval = b.bar_interval
            and n.ts = b.ts
    where
        n.known_at > b.known_at
        and (n.open, n.high, n.low, n.close, n.volume, n.adj_close)
        is distinct from (b.open, b.high, b.low, b.close, b.volume, b.adj_close)
    on conflict do nothing;
    return null;
end
$$;
comment on function market.keep_bar_versions() is
'Trigger function: keeps what corrected bars said before.';

create or replace trigger _400_bars_corrected after update on market.bar
referencing old table as before new table as changed
for each statement execute function market.keep_bar_versions();

create or replace function market.keep_snapshot_versions()
returns trigger
language plpgsql
security definer -- as keep_bar_versions
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into market.snapshot_version
    select b.*, n.known_at
    from before as b
    inner join changed as n on n.snapshot_id = b.snapshot_id
    where n.known_at > b.known_at
    on conflict do nothing;
    return null;
end
$$;
comment on function market.keep_snapshot_versions() is
'Trigger function: keeps what corrected snapshots said before.';

create or replace trigger _400_snapshots_corrected after update on market.snapshot
referencing old table as before new table as changed
for each statement execute function market.keep_snapshot_versions();

create or replace function market.keep_outcome_versions()
returns trigger
language plpgsql
security definer -- as keep_bar_versions
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into market.outcome_version
    select b.*, n.known_at
    from before as b
    inner join changed as n on n.snapshot_id = b.snapshot_id and n.horizon = b.horizon
    where n.known_at > b.known_at
    on conflict do nothing;
    return null;
end
$$;
comment on function market.keep_outcome_versions() is
'Trigger function: keeps what corrected outcomes said before.';

create or replace trigger _400_outcomes_corrected after update on market.outcome
referencing old table as before new table as changed
for each statement execute function market.keep_outcome_versions();

-- Example: market.bars_known(1, '1d', '2018-02-05') -> AAPL's bars as told then
create or replace function market.bars_known(
    instrument_id integer, bar_interval text, as_of timestamptz
)
returns setof market.bar
language sql stable parallel safe rows 3000
begin atomic
    select b.*
    from market.bar as b
    where
        b.instrument_id = bars_known.instrument_id
        and b.bar_interval = bars_known.bar_interval
        and b.known_at <= bars_known.as_of
    union all
    select
        v.instrument_id, v.bar_interval, v.ts, v.open, v.high, v.low, v.close, v.volume,
        v.adj_close, v.known_at, v.source
    from market.bar_version as v
    where
        v.instrument_id = bars_known.instrument_id
        and v.bar_interval = bars_known.bar_interval
        and v.known_at <= bars_known.as_of and v.known_until > bars_known.as_of;
end;
comment on function market.bars_known(integer, text, timestamptz) is
'Bars of one instrument as they were known at a moment, corrections of later times left out.';

create or replace view market.snapshot_known as
select s.*, 'infinity'::timestamptz as known_until
from market.snapshot as s
union all
select v.* from market.snapshot_version as v;
comment on view market.snapshot_known is
'Snapshots with all they ever said: what was known at a moment has known_at <= it < known_until.';

create or replace view market.outcome_known as
select o.*, 'infinity'::timestamptz as known_until
from market.outcome as o
union all
select v.* from market.outcome_version as v;
comment on view market.outcome_known is
'Outcomes with all they ever said: what was known at a moment has known_at <= it < known_until.';

create or replace view market.bar_first_told as
select
    b.instrument_id,
    b.bar_interval,
    b.ts,
    coalesce(v.close, b.close) as close,
    coalesce(v.known_at, b.known_at) as known_at
from market.bar as b
left join lateral (
    select older.close, older.known_at
    from market.bar_version as older
    where
        older.instrument_id = b.instrument_id and older.bar_interval = b.bar_interval
        and older.ts = b.ts
    order by older.known_at
    limit 1
) as v on true;
comment on view market.bar_first_told is
'Closes as they were first told: what others are measured against, whatever is corrected later.';

create or replace view market.snapshot_first_told as
select s.*
from market.snapshot as s
where not exists (
    select from market.snapshot_version as v where v.snapshot_id = s.snapshot_id
)
union all
(select distinct on (v.snapshot_id)
    v.snapshot_id, v.instrument_id, v.bar_interval, v.ts, v.bar_number,
    v.known_at, v.close, v.return_1, v.return_5, v.return_20, v.return_60, v.gap,
    v.range_fraction, v.streak, v.rsi_7, v.rsi_14, v.ema_9_distance,
    v.ema_20_distance, v.ema_50_distance, v.ema_200_distance, v.macd,
    v.macd_signal, v.macd_histogram, v.adx_14, v.stochastic_k, v.stochastic_d,
    v.bollinger_position, v.bollinger_width, v.drawdown_252, v.days_since_high,
    v.atr_fraction, v.realised_vol_5, v.realised_vol_20, v.realised_vol_60,
    v.realised_vol_252, v.vol_ratio, v.parkinson_vol_20, v.parkinson_vol_60,
    v.skew_60, v.kurtosis_60, v.hurst_100, v.volume, v.volume_zscore, v.obv_slope,
    v.vwap_distance, v.correlation_60, v.beta_60, v.benchmark_return_1,
    v.benchmark_return_5, v.benchmark_return_20, v.relative_return_20,
    v.btc_return_5, v.btc_correlation_60, v.btc_beta_60, v.vix, v.vix_change_1,
    v.vix_change_5, v.vix_ratio, v.funding_rate, v.funding_zscore,
    v.open_interest, v.open_interest_change_1h, v.open_interest_change_4h,
    v.open_interest_change_24h, v.long_short_ratio, v.spread, v.hour, v.weekday,
    v.month, v.session, v.split_suspected, v.trend_state, v.volatility_state,
    v.regime, v.features, v.text_form
from market.snapshot_version as v
order by v.snapshot_id, v.known_at);
comment on view market.snapshot_first_told is
'Snapshots as they were first told: what the market as a whole is made of, whatever is corrected later.';
