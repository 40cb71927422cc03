-- The market as vendors tell it: who they are, what was asked of them and how far that
-- got, what is watched, and what came of it.

create table market.provider (
    provider text constraint provider_pkey primary key
    constraint provider_name check (provider ~ '^[a-z][a-z0-9_]{0,31}$'),
    description text not null,
    place integer not null constraint provider_place check (place > 0),
    is_enabled boolean not null default true,
    needs_key boolean not null,
    asset_classes text[] not null,
    series text[] not null
);
comment on table market.provider is
'Vendors of market data; the adapters are in the program, the order is here.';
comment on column market.provider.place is
'Order in which they are asked unless somebody names another: 1 is first.';
comment on column market.provider.is_enabled is 'Whether it is asked unless named.';
comment on column market.provider.needs_key is 'Whether it answers only with a key.';
comment on column market.provider.series is
'What it has: bars, quotes, funding, open_interest, long_short_ratio.';

insert into market.provider (
    provider, description, place, needs_key, asset_classes, series
) values
(
    'alpaca', 'Alpaca''s market data, version 2: US equities and coins.', 1, true,
    '{equity,crypto}', '{bars,quotes}'
),
(
    'binance', 'Binance''s USD-margined perpetuals.', 2, false, '{crypto}',
    '{bars,quotes,funding,open_interest,long_short_ratio}'
),
(
    'bybit', 'Bybit''s linear perpetuals, version 5.', 3, false, '{crypto}',
    '{bars,quotes,funding,open_interest,long_short_ratio}'
),
(
    'yahoo', 'Yahoo''s charts: not official, without a key.', 4, false,
    '{equity,index,crypto,forex}', '{bars,quotes}'
);

-- How fast each may be asked, all processes together: well below what its documents
-- allow. Whoever knows better says so with work.set_limit.
insert into work.gate (scope, name, rate, burst) values
('provider', 'market:alpaca', 3, 10), ('provider', 'market:binance', 10, 20),
('provider', 'market:bybit', 5, 10), ('provider', 'market:yahoo', 2, 5)
on conflict do nothing;

create table market.provider_symbol (
    provider text not null
    constraint provider_symbol_provider_fkey references market.provider,
    instrument_id integer not null
    constraint provider_symbol_instrument_fkey references market.instrument,
    vendor_symbol text,
    constraint provider_symbol_pkey primary key (provider, instrument_id)
);
comment on table market.provider_symbol is
'What a vendor calls an instrument, where that does not follow from its symbol.';
comment on column market.provider_symbol.vendor_symbol is 'Null: it does not have it.';

create table market.fetch_state (
    fetch_id integer generated always as identity
    constraint fetch_pkey primary key,
    provider text not null constraint fetch_provider_fkey references market.provider,
    instrument_id integer not null
    constraint fetch_instrument_fkey references market.instrument,
    series text not null constraint fetch_series
    check (series in ('bars', 'funding', 'open_interest', 'long_short_ratio')),
    bar_interval text not null
    constraint fetch_interval_fkey references market.bar_interval,
    wanted tstzrange not null,
    covered tstzmultirange not null default '{}',
    status text not null default 'running'
    constraint fetch_status check (status in ('running', 'done', 'failed')),
    reason text,
    requests bigint not null default 0,
    stored bigint not null default 0,
    rejected bigint not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    constraint fetch_key unique (provider, instrument_id, series, bar_interval)
);
comment on table market.fetch_state is
'How far each series was fetched from each vendor; the row is there before the first request.';
comment on column market.fetch_state.bar_interval is
'Of bars; of open interest and ratios how far apart they are; of funding 1h.';
comment on column market.fetch_state.wanted is 'What was last asked for.';
comment on column market.fetch_state.covered is
'What was answered and stored: it is not asked for again.';
comment on column market.fetch_state.reason is 'Why it failed.';

create table market.watch (
    instrument_id integer constraint watch_pkey primary key
    constraint watch_instrument_fkey references market.instrument,
    bar_intervals text[] not null default '{1d}',
    series text[] not null default '{}'
    constraint watch_series
    check (series <@ '{funding,open_interest,long_short_ratio}'::text[]),
    providers text[],
    stale_after interval not null default '3 minutes'
    constraint watch_stale_after check (stale_after > '0'),
    added_at timestamptz not null default clock_timestamp(),
    quoted_at timestamptz,
    quote_provider text,
    problem text
);
comment on table market.watch is
'What bellwether feed keeps current: quotes, and bars of these intervals.';
comment on column market.watch.series is
'What else it keeps current: funding, open_interest, long_short_ratio.';
comment on column market.watch.providers is
'Who is asked, in this order; null: the order of market.provider.';
comment on column market.watch.stale_after is
'How old a quote may be while its market is open.';
comment on column market.watch.quoted_at is
'When a vendor last said what it costs, changed or not.';
comment on column market.watch.problem is 'Why the last round brought nothing; null: it did.';

create table market.feed_counter (
    provider text not null,
    event text not null constraint feed_counter_event check (event in (
        'request', 'failure', 'throttled', 'stored', 'rejected', 'fallback', 'stream',
        'stream_lost'
    )),
    n bigint not null,
    constraint feed_counter_pkey primary key (provider, event)
);
comment on table market.feed_counter is
'What happened with each vendor, counted since the beginning.';
comment on column market.feed_counter.event is
'fallback: another vendor was asked because this one had failed; stream: a connection '
'began to tell what it was asked for; stream_lost: it ended.';

-- Vendors without an order book say a last price only.
alter table market.quote
-- squawk-ignore ban-drop-not-null, constraint-missing-not-valid
alter column bid drop not null,
-- squawk-ignore ban-drop-not-null
alter column ask drop not null,
add column last_price double precision
constraint quote_last_price_is_positive check (last_price > 0 and last_price < 'infinity'),
add constraint quote_is_whole check ((bid is null) = (ask is null)) not valid,
add constraint quote_says_something check (num_nonnulls(bid, last_price) > 0) not valid;
alter table market.quote
validate constraint quote_is_whole,
validate constraint quote_says_something;
comment on column market.quote.last_price is 'What was last paid, null where unknown.';
create index quote_known_at_idx on market.quote using brin (known_at);
