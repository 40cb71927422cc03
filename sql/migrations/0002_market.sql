-- What the market did: instruments, sessions, bars, their snapshots and outcomes.
-- Reference data without a tenant.

create schema market;
comment on schema market is
'Instruments, sessions, bars, snapshots and what followed them; shared by all tenants.';

-- The intervals a bar may have.
create table market.bar_interval (
    bar_interval text constraint bar_interval_pkey primary key,
    length interval not null
    constraint bar_interval_length check (length > interval '0')
);
comment on table market.bar_interval is 'The intervals a bar may have, and how long each is.';

insert into market.bar_interval (bar_interval, length) values
('1m', interval '1 minute'), ('5m', interval '5 minutes'),
('15m', interval '15 minutes'), ('30m', interval '30 minutes'),
('1h', interval '1 hour'), ('4h', interval '4 hours'), ('1d', interval '1 day');

create table market.instrument (
    instrument_id integer generated always as identity
    constraint instrument_pkey primary key,
    symbol text not null constraint instrument_symbol_key unique
    constraint instrument_symbol check (symbol ~ '^[A-Z0-9^][A-Z0-9.^=/_-]{0,31}$'),
    name text,
    asset_class text not null constraint instrument_asset_class
    check (asset_class in ('equity', 'index', 'crypto', 'forex', 'option')),
    sector text,
    industry text,
    calendar text,
    currency text not null default 'USD'
    constraint instrument_currency check (currency ~ '^[A-Z0-9]{3,8}$'),
    benchmark_id integer
    constraint instrument_benchmark_fkey references market.instrument
    constraint instrument_benchmark_is_other check (benchmark_id <> instrument_id)
);
comment on table market.instrument is 'What can be watched or traded.';
comment on column market.instrument.calendar is
'Exchange calendar of its sessions (XNYS), null when it trades every day.';
comment on column market.instrument.benchmark_id is
'What it is measured against; null means the yardstick of its asset class.';

-- Which instrument plays which part for the others: what they are compared with.
create table market.yardstick (
    yardstick text constraint yardstick_pkey primary key,
    symbol text not null,
    description text not null
);
comment on table market.yardstick is
'Which symbol the others are compared with, by the part it plays.';

insert into market.yardstick (yardstick, symbol, description) values
('equity', '^GSPC', 'Benchmark of equities.'),
('index', '^GSPC', 'Benchmark of other indices.'),
('crypto', 'BTC-USD', 'Benchmark of crypto pairs; every instrument''s btc_ fields.'),
('volatility', '^VIX', 'Every instrument''s vix fields.');

create table market.session (
    calendar text not null,
    session date not null,
    open_at timestamptz not null,
    close_at timestamptz not null,
    early_close boolean not null default false,
    constraint session_pkey primary key (calendar, session),
    constraint session_opens_before_close check (open_at < close_at)
);
comment on table market.session is
'Each day on which a calendar''s exchange is open; a day not listed is a holiday.';

create table market.bar (
    instrument_id integer not null
    constraint bar_instrument_fkey references market.instrument,
    bar_interval text not null default '1d'
    constraint bar_interval_fkey references market.bar_interval,
    ts timestamptz not null,
    open double precision,
    high double precision,
    low double precision,
    close double precision not null,
    volume double precision,
    adj_close double precision,
    known_at timestamptz not null,
    source text not null default 'manual',
    constraint bar_pkey primary key (instrument_id, bar_interval, ts),
    -- Comparisons with NaN hold in PostgreSQL (it is the largest number), hence the
    -- upper bounds.
    constraint bar_close_is_positive
    check (close > 0 and close < 'infinity'),
    constraint bar_range_holds_close
    check (low > 0 and low <= close and close <= high and high < 'infinity'),
    constraint bar_range_holds_open check (low <= open and open <= high),
    constraint bar_volume_is_finite check (volume >= 0 and volume < 'infinity'),
    constraint bar_adj_close_is_positive
    check (adj_close > 0 and adj_close < 'infinity'),
    constraint bar_known_after_start check (known_at > ts)
);
comment on table market.bar is
'Prices of one instrument over one interval; open, high, low are null where only closes exist.';
comment on column market.bar.ts is
'Start of the interval, UTC; a daily bar starts at 00:00 UTC of its date.';
comment on column market.bar.close is 'Last price, as traded or as split-adjusted by the source.';
comment on column market.bar.adj_close is
'Close with later splits and dividends taken off; only used to recognise splits.';
comment on column market.bar.volume is 'Units traded: shares or coins.';
comment on column market.bar.known_at is 'When this row could first be known.';

-- What a corrected bar said before: asked as of then, it still says so.
create table market.bar_version (
    instrument_id integer not null
    constraint bar_version_instrument_fkey references market.instrument,
    bar_interval text not null
    constraint bar_version_interval_fkey references market.bar_interval,
    ts timestamptz not null,
    open double precision,
    high double precision,
    low double precision,
    close double precision not null,
    volume double precision,
    adj_close double precision,
    known_at timestamptz not null,
    source text not null,
    known_until timestamptz not null,
    constraint bar_version_pkey primary key (instrument_id, bar_interval, ts, known_at),
    constraint bar_version_is_ordered check (known_at < known_until)
);
comment on table market.bar_version is
'What corrected bars said before, and until when that was what one knew.';
comment on column market.bar_version.known_until is
'When the correction arrived: asked as of an earlier time, this row counts.';

create table market.funding (
    instrument_id integer not null
    constraint funding_instrument_fkey references market.instrument,
    ts timestamptz not null,
    rate double precision not null
    constraint funding_rate_is_finite check (rate between -1 and 1),
    known_at timestamptz not null,
    source text not null default 'manual',
    constraint funding_pkey primary key (instrument_id, ts),
    constraint funding_known_after check (known_at >= ts)
);
comment on table market.funding is
'What holders of a perpetual pay each other at a time, as a fraction of the position.';
comment on column market.funding.rate is 'Positive: longs pay shorts.';

create table market.open_interest (
    instrument_id integer not null
    constraint open_interest_instrument_fkey references market.instrument,
    ts timestamptz not null,
    open_interest double precision
    constraint open_interest_is_finite
    check (open_interest >= 0 and open_interest < 'infinity'),
    long_short_ratio double precision
    constraint long_short_ratio_is_finite
    check (long_short_ratio >= 0 and long_short_ratio < 'infinity'),
    known_at timestamptz not null,
    source text not null default 'manual',
    constraint open_interest_pkey primary key (instrument_id, ts),
    constraint open_interest_known_after check (known_at >= ts),
    constraint open_interest_says_something
    check (num_nonnulls(open_interest, long_short_ratio) > 0)
);
comment on table market.open_interest is
'Contracts open at a time, and accounts long over accounts short.';
comment on column market.open_interest.open_interest is 'In units of the instrument.';

create table market.quote (
    instrument_id integer not null
    constraint quote_instrument_fkey references market.instrument,
    ts timestamptz not null,
    bid double precision not null
    constraint quote_bid_is_positive check (bid > 0 and bid < 'infinity'),
    ask double precision not null
    constraint quote_ask_is_positive check (ask > 0 and ask < 'infinity'),
    known_at timestamptz not null,
    source text not null default 'manual',
    constraint quote_pkey primary key (instrument_id, ts),
    constraint quote_is_not_crossed check (bid <= ask),
    constraint quote_known_after check (known_at >= ts)
);
comment on table market.quote is 'The prices at which one could sell (bid) and buy (ask).';

create table market.rejected_row (
    rejected_row_id bigint generated always as identity
    constraint rejected_row_pkey primary key,
    file text not null,
    line integer,
    column_name text,
    reason text not null,
    raw text,
    at timestamptz not null default clock_timestamp()
);
comment on table market.rejected_row is
'Rows of a file that were not stored, with the reason.';
comment on column market.rejected_row.line is 'Line of the file, the header being line 1.';

create table market.snapshot (
    snapshot_id bigint generated always as identity
    constraint snapshot_pkey primary key,
    instrument_id integer not null
    constraint snapshot_instrument_fkey references market.instrument,
    bar_interval text not null
    constraint snapshot_interval_fkey references market.bar_interval,
    ts timestamptz not null,
    bar_number integer not null,
    known_at timestamptz not null,
    -- price and returns
    close double precision not null,
    return_1 double precision,
    return_5 double precision,
    return_20 double precision,
    return_60 double precision,
    gap double precision,
    range_fraction double precision,
    streak integer,
    -- momentum and trend
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
    -- volatility and shape
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
    -- volume
    volume double precision,
    volume_zscore double precision,
    obv_slope double precision,
    vwap_distance double precision,
    -- the others
    correlation_60 double precision,
    beta_60 double precision,
    benchmark_return_1 double precision,
    benchmark_return_5 double precision,
    benchmark_return_20 double precision,
    relative_return_20 double precision,
    btc_return_5 double precision,
    btc_correlation_60 double precision,
    btc_beta_60 double precision,
    vix double precision,
    vix_change_1 double precision,
    vix_change_5 double precision,
    vix_ratio double precision,
    -- derivatives and the book
    funding_rate double precision,
    funding_zscore double precision,
    open_interest double precision,
    open_interest_change_1h double precision,
    open_interest_change_4h double precision,
    open_interest_change_24h double precision,
    long_short_ratio double precision,
    spread double precision,
    -- calendar and states
    hour integer,
    weekday integer not null,
    month integer not null,
    session text,
    split_suspected boolean not null,
    trend_state text,
    volatility_state text,
    regime text,
    -- what search uses
    features vector(32),
    text_form text not null,
    constraint snapshot_key unique (instrument_id, bar_interval, ts)
);
comment on table market.snapshot is
'The state of one instrument at the end of one bar, from what was known then; a missing input is null.';
comment on column market.snapshot.ts is 'Start of the bar, UTC.';
comment on column market.snapshot.bar_number is
'1 for the instrument''s first bar; distances between bars are counted with it.';
comment on column market.snapshot.known_at is
'When all that the row is made of could be known; nobody sees it earlier.';
comment on column market.snapshot.close is 'Close of the bar as stored.';
comment on column market.snapshot.return_1 is
'Simple return over 1 bar, close to close, recognised splits taken out, dividends not added; so are return_5, return_20, return_60.';
comment on column market.snapshot.gap is 'Open against the close before, as a fraction.';
comment on column market.snapshot.range_fraction is '(high - low) / close.';
comment on column market.snapshot.streak is
'Bars in a row that closed higher (positive) or lower (negative).';
comment on column market.snapshot.rsi_7 is 'Relative strength index of 7 bars, 0..100, Wilder.';
comment on column market.snapshot.rsi_14 is 'Relative strength index of 14 bars, 0..100, Wilder.';
comment on column market.snapshot.ema_9_distance is
'close / ema(9) - 1, seeded with the mean of the first 9; so are 20, 50, 200.';
comment on column market.snapshot.macd is '(ema 12 - ema 26) / close.';
comment on column market.snapshot.macd_signal is 'ema 9 of macd''s price form / close.';
comment on column market.snapshot.macd_histogram is 'macd - macd_signal.';
comment on column market.snapshot.adx_14 is 'Average directional index of 14 bars, 0..100, Wilder.';
comment on column market.snapshot.stochastic_k is
'Slow %K: 3-bar mean of the close''s place in the 14-bar range, 0..100.';
comment on column market.snapshot.stochastic_d is '3-bar mean of stochastic_k.';
comment on column market.snapshot.bollinger_position is
'%b: 0 at the lower, 1 at the upper band of 20 bars, 2 population standard deviations.';
comment on column market.snapshot.bollinger_width is '(upper - lower) / middle band.';
comment on column market.snapshot.drawdown_252 is
'close / highest close of the last 252 bars (or all, if fewer) - 1; null before bar 20.';
comment on column market.snapshot.days_since_high is
'Bars since the highest close of the last 252 bars.';
comment on column market.snapshot.atr_fraction is 'Average true range of 14 bars / close.';
comment on column market.snapshot.realised_vol_5 is
'Sample deviation of the last 5 log returns, a year; so are 20, 60, 252.';
comment on column market.snapshot.vol_ratio is 'realised_vol_5 / realised_vol_60.';
comment on column market.snapshot.parkinson_vol_20 is
'Volatility a year from the high-low ranges of 20 bars (Parkinson 1980).';
comment on column market.snapshot.parkinson_vol_60 is 'The same of 60 bars.';
comment on column market.snapshot.skew_60 is 'Population skewness of 60 log returns.';
comment on column market.snapshot.kurtosis_60 is 'Population excess kurtosis of 60 log returns.';
comment on column market.snapshot.hurst_100 is
'Generalised Hurst exponent of 100 log prices: 0.5 random walk, more: trending, less: reverting.';
comment on column market.snapshot.volume is 'Units traded; null where unknown or 0.';
comment on column market.snapshot.volume_zscore is
'ln(volume) against mean and deviation of the 20 bars before it.';
comment on column market.snapshot.obv_slope is
'Volume of rising minus falling bars over all volume, 20 bars, -1..1.';
comment on column market.snapshot.vwap_distance is
'close / volume-weighted mean of (high + low + close) / 3 over 20 bars - 1.';
comment on column market.snapshot.correlation_60 is
'Correlation of 60 log returns with the benchmark, each known at the bar''s time.';
comment on column market.snapshot.beta_60 is 'Sample beta of the same returns.';
comment on column market.snapshot.relative_return_20 is 'return_20 - benchmark_return_20.';
comment on column market.snapshot.vix is 'Level of the volatility index known at this time.';
comment on column market.snapshot.vix_change_1 is 'Its change over its own last bar, fraction.';
comment on column market.snapshot.vix_change_5 is 'Its change over its own last 5 bars, fraction.';
comment on column market.snapshot.vix_ratio is 'Its level over the mean of its last 252 bars.';
comment on column market.snapshot.funding_rate is
'Last funding rate known at this time, at most 2 days old; a fraction of the position.';
comment on column market.snapshot.funding_zscore is
'It against mean and deviation of the 90 rates before it; null with fewer than 30.';
comment on column market.snapshot.open_interest is
'Contracts open, as last known at this time, at most 2 days old.';
comment on column market.snapshot.open_interest_change_1h is
'It against what it was an hour before, a fraction; so are 4h and 24h.';
comment on column market.snapshot.long_short_ratio is
'Accounts long over accounts short, as last known at this time.';
comment on column market.snapshot.spread is
'(ask - bid) / middle of the last quote known at this time, at most an hour old.';
comment on column market.snapshot.hour is 'Hour of the day in which the bar starts, UTC.';
comment on column market.snapshot.session is
'Which markets are awake when the bar starts (asia 0-7, europe 7-13, us 13-21, late 21-24 UTC); '
'null for daily bars.';
comment on column market.snapshot.weekday is '1 Monday .. 7 Sunday.';
comment on column market.snapshot.split_suspected is
'This bar looks like a split in unadjusted prices; returns across it are corrected.';
comment on column market.snapshot.trend_state is 'up, down or sideways; null before 60 bars.';
comment on column market.snapshot.volatility_state is
'calm, normal or stressed against the instrument''s own past year.';
comment on column market.snapshot.regime is
'trend_state and volatility_state in one label; regimes found from many snapshots are in market.snapshot_regime.';
comment on column market.snapshot.features is
'What similarity by features compares: see market.compute_snapshots.';
comment on column market.snapshot.text_form is
'The state in words, at most 48 word pieces; what similarity by text compares.';
-- The pattern search reads every candidate's vector: from here it is a fifth of the pages
-- of the table.
create index snapshot_features_idx on market.snapshot (bar_interval, known_at)
include (snapshot_id, instrument_id, ts, bar_number, features)
where features is not null;

-- What snapshots said before a correction; filled by trigger, read through
-- market.snapshot_known.
create table market.snapshot_version (
    like market.snapshot including comments,
    known_until timestamptz not null,
    constraint snapshot_version_pkey primary key (snapshot_id, known_at),
    constraint snapshot_version_snapshot_fkey foreign key (snapshot_id)
    references market.snapshot on delete cascade,
    constraint snapshot_version_is_ordered check (known_at < known_until)
);
comment on table market.snapshot_version is
'What snapshots said before a bar was corrected, and until when that was what one knew.';
comment on column market.snapshot_version.known_until is
'When the correction arrived: asked as of an earlier time, this row counts.';
create index snapshot_version_series_idx on market.snapshot_version (
    instrument_id, bar_interval, ts
);

create table market.horizon (
    horizon integer constraint horizon_pkey primary key
    constraint horizon_is_positive check (horizon between 1 and 250)
);
comment on table market.horizon is 'How many bars ahead outcomes look.';
insert into market.horizon (horizon) values (1), (5), (20);

create table market.outcome (
    snapshot_id bigint not null
    constraint outcome_snapshot_fkey references market.snapshot on delete cascade,
    horizon integer not null constraint outcome_horizon_fkey references market.horizon,
    instrument_id integer not null,
    bar_interval text not null,
    forward_return double precision not null,
    max_gain double precision not null,
    max_loss double precision not null,
    volatility double precision,
    known_at timestamptz not null,
    constraint outcome_pkey primary key (snapshot_id, horizon)
);
comment on table market.outcome is
'What followed a snapshot, once the bar that completes it is there; no row before.';
comment on column market.outcome.horizon is 'Bars ahead.';
comment on column market.outcome.instrument_id is
'The snapshot''s, for the base rate of an instrument without a join.';
comment on column market.outcome.forward_return is
'Simple return from the snapshot''s close to the close `horizon` bars later, without dividends.';
comment on column market.outcome.max_gain is
'Highest high on the way against the snapshot''s close, as a fraction.';
comment on column market.outcome.max_loss is
'Lowest low on the way against the snapshot''s close, as a fraction.';
comment on column market.outcome.volatility is
'Sample deviation of the log returns on the way, a year; null for one bar.';
comment on column market.outcome.known_at is 'When the bar that completes it was known.';
create index outcome_base_rate_idx on market.outcome (
    instrument_id, bar_interval, horizon, known_at
) include (forward_return);

create table market.outcome_version (
    like market.outcome including comments,
    known_until timestamptz not null,
    constraint outcome_version_pkey primary key (snapshot_id, horizon, known_at),
    constraint outcome_version_snapshot_fkey foreign key (snapshot_id)
    references market.snapshot on delete cascade,
    constraint outcome_version_is_ordered check (known_at < known_until)
);
comment on table market.outcome_version is
'What outcomes said before a bar was corrected, and until when that was what one knew.';
comment on column market.outcome_version.known_until is
'When the correction arrived: asked as of an earlier time, this row counts.';
create index outcome_version_base_rate_idx on market.outcome_version (
    instrument_id, bar_interval, horizon, known_at
);

create table market.condition (
    bar_interval text not null
    constraint condition_interval_fkey references market.bar_interval,
    ts timestamptz not null,
    known_at timestamptz not null,
    instruments integer not null,
    index_return_1 double precision,
    index_return_5 double precision,
    index_return_20 double precision,
    index_return_60 double precision,
    index_ema_50_distance double precision,
    index_ema_200_distance double precision,
    index_drawdown_252 double precision,
    index_realised_vol_20 double precision,
    vix double precision,
    vix_change_1 double precision,
    vix_change_5 double precision,
    vix_ratio double precision,
    advancing double precision,
    above_ema_50 double precision,
    above_ema_200 double precision,
    at_high double precision,
    dispersion_20 double precision,
    mean_correlation_60 double precision,
    btc_return_5 double precision,
    sectors jsonb not null,
    best_sector text,
    worst_sector text,
    features vector(16),
    text_form text not null,
    constraint condition_pkey primary key (bar_interval, ts)
);
comment on table market.condition is
'The market as a whole at the close of each session, from the snapshots known a day later at the latest.';
comment on column market.condition.known_at is 'When all that the row is made of was known.';
comment on column market.condition.instruments is 'Equities and indices that it is made of.';
comment on column market.condition.index_return_1 is
'Return of the yardstick of equities over 1 bar; so are 5, 20, 60.';
comment on column market.condition.advancing is 'Share of equities that closed higher.';
comment on column market.condition.above_ema_50 is 'Share of equities above their ema(50); so is 200.';
comment on column market.condition.at_high is
'Share of equities at their highest close of 252 bars.';
comment on column market.condition.dispersion_20 is
'Deviation of the equities'' returns over 20 bars from each other.';
comment on column market.condition.mean_correlation_60 is
'Mean of the equities'' correlations with the index.';
comment on column market.condition.sectors is
'Mean return over 20 bars by sector, {"Technology": 0.031}.';
comment on column market.condition.features is
'What similarity compares: 16 numbers without a unit, see market.compute_conditions.';
comment on column market.condition.text_form is 'The state of the market in words.';

create table market.regime_model (
    model_id integer generated always as identity
    constraint regime_model_pkey primary key,
    bar_interval text not null
    constraint regime_model_interval_fkey references market.bar_interval,
    as_of timestamptz not null,
    seed integer not null,
    snapshots integer not null,
    input_hash bytea not null,
    variance double precision not null
    constraint regime_model_variance check (variance > 0),
    transitions double precision [] not null,
    fitted_at timestamptz not null default clock_timestamp(),
    constraint regime_model_key unique (bar_interval, as_of)
);
comment on table market.regime_model is
'Regimes as found from what was known at a moment; a question uses the latest one before it.';
comment on column market.regime_model.as_of is 'Nothing known later was looked at.';
comment on column market.regime_model.input_hash is
'Digest of the snapshots it was found from: found again only if they differ.';
comment on column market.regime_model.variance is
'Mean squared distance to the centre, a dimension.';
comment on column market.regime_model.transitions is
'Chance to go from regime i to j in one bar, row by row.';

create table market.regime (
    model_id integer not null
    constraint regime_model_fkey references market.regime_model on delete cascade,
    regime integer not null,
    name text not null,
    description text not null,
    centre vector(7) not null,
    share double precision not null,
    constraint regime_pkey primary key (model_id, regime),
    constraint regime_name_key unique (model_id, name)
);
comment on table market.regime is 'The recurring states of one model, in words.';
comment on column market.regime.name is
'Kept from model to model while the centre stays near.';
comment on column market.regime.centre is
'Its middle in the coordinates of market.regime_coordinates.';
comment on column market.regime.share is 'Share of the snapshots that it was found from.';

create table market.snapshot_regime (
    snapshot_id bigint constraint snapshot_regime_pkey primary key
    constraint snapshot_regime_snapshot_fkey
    references market.snapshot on delete cascade,
    model_id integer not null,
    regime integer not null,
    probability double precision not null,
    probabilities double precision [] not null,
    known_at timestamptz not null,
    constraint snapshot_regime_regime_fkey foreign key (model_id, regime)
    references market.regime on delete cascade
);
comment on table market.snapshot_regime is
'Which regime each snapshot belongs to, judged from it and the bars before it by the model of its time.';
comment on column market.snapshot_regime.probability is 'Of this regime; the largest.';
comment on column market.snapshot_regime.probabilities is 'Of all regimes, in their order.';
comment on column market.snapshot_regime.known_at is
'The snapshot''s, or when the first model was found, for those before it.';
create index snapshot_regime_regime_idx on market.snapshot_regime (model_id, regime);
