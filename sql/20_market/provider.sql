-- Vendors: what they call an instrument, who is asked first, what came of it.

-- Example: market.vendor_symbol('binance', 12) -> BTCUSDT, if 12 is BTC-USD
-- Null: the vendor does not have it.
create or replace function market.vendor_symbol(provider text, instrument_id integer)
returns text
language sql stable parallel safe
begin atomic
    select
        case
            when told.provider is not null then told.vendor_symbol
            when not i.asset_class = any(p.asset_classes) then null
            when p.provider = 'alpaca' and i.asset_class = 'crypto'
                then replace(i.symbol, '-', '/')
            when p.provider in ('binance', 'bybit')
                then regexp_replace(i.symbol, '[-/]USDT?$', 'USDT')
            when p.provider = 'yahoo' and i.asset_class = 'forex'
                then replace(i.symbol, '/', '') || '=X'
            when p.provider = 'yahoo' and i.asset_class = 'equity'
                then replace(i.symbol, '.', '-')
            else i.symbol
        end
    from market.provider as p
    cross join market.instrument as i
    left join market.provider_symbol as told
        on p.provider = told.provider and i.instrument_id = told.instrument_id
    where
        p.provider = vendor_symbol.provider
        and i.instrument_id = vendor_symbol.instrument_id;
end;
comment on function market.vendor_symbol(text, integer) is
'What a vendor calls an instrument; null if it does not have it.';

-- Example: select * from market.providers_for('BTC-USD', 'bars')
--   -> (alpaca, BTC/USD), (binance, BTCUSDT), (bybit, BTCUSDT), (yahoo, BTC-USD)
-- The order of a given list is kept: nobody else is asked.
create or replace function market.providers_for(
    symbol text, series text, providers text[] default null
)
returns table (provider text, vendor_symbol text)
language sql stable
begin atomic
    select
        p.provider,
        named.vendor_symbol
    from market.instrument as i
    cross join market.provider as p
    cross join lateral (
        select market.vendor_symbol(p.provider, i.instrument_id) as vendor_symbol
    ) as named
    where
        i.symbol = providers_for.symbol
        and providers_for.series = any(p.series)
        and named.vendor_symbol is not null
        and case
            when providers_for.providers is null then p.is_enabled
            else p.provider = any(providers_for.providers)
        end
    order by array_position(providers_for.providers, p.provider), p.place;
end;
comment on function market.providers_for(text, text, text[]) is
'Who can be asked for a series of a symbol, in order, and what they call it.';

-- Example: market.count_feed('yahoo', 'fallback', 1)
create or replace function market.count_feed(
    provider text, event text, n bigint default 1
)
returns void
language sql volatile
-- Definer: counters are written by functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into market.feed_counter as known (provider, event, n)
    select count_feed.provider, count_feed.event, count_feed.n
    where count_feed.n > 0
    on conflict on constraint feed_counter_pkey do update set n = known.n + excluded.n
$$;
comment on function market.count_feed(text, text, bigint) is
'Counts what happened with a vendor.';

revoke all on function
market.vendor_symbol(text, integer), market.providers_for(text, text, text[]),
market.count_feed(text, text, bigint)
from public;
grant execute on function
market.vendor_symbol(text, integer), market.providers_for(text, text, text[]),
market.count_feed(text, text, bigint)
to bellwether_worker;
