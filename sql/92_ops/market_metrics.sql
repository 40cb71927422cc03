-- What comes in from vendors, as Prometheus text.

create or replace function ops._market_metrics()
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select concat_ws(
        E'\n',
        ops.metric(
            'trading_market_data_fallbacks_total',
            'How often another vendor was asked because this one had failed.', 'counter',
            (
                select array_agg(
                    format(
                        'trading_market_data_fallbacks_total{provider="%s"} %s',
                        p.provider, coalesce(c.n, 0)
                    ) order by p.provider
                )
                from market.provider as p
                left join market.feed_counter as c
                    on p.provider = c.provider and c.event = 'fallback'
            )
        ),
        ops.metric(
            'bellwether_market_data_events_total',
            'Requests to vendors, their failures, and rows stored and rejected.', 'counter',
            (
                select array_agg(
                    format(
                        'bellwether_market_data_events_total{provider="%s",event="%s"} %s',
                        c.provider, c.event, c.n
                    ) order by c.provider, c.event
                )
                from market.feed_counter as c where c.event <> 'fallback'
            )
        ),
        ops.metric(
            'bellwether_quote_age_seconds',
            'How long ago a vendor last said what a watched symbol costs.', 'gauge',
            (
                select array_agg(
                    format(
                        'bellwether_quote_age_seconds{symbol="%s"} %s', f.symbol,
                        round(extract(epoch from f.quote_age), 3)
                    ) order by f.symbol
                )
                from market.freshness as f where f.quote_age is not null
            )
        ),
        ops.metric(
            'bellwether_stale_symbols', 'Watched symbols that are not fresh.', 'gauge',
            array[
                'bellwether_stale_symbols ' || (
                    select count(*) from market.freshness as f
                    where f.stale_reason is not null
                )
            ]
        )
    )
$$;
comment on function ops._market_metrics() is
'Requests, fallbacks and freshness of market data as Prometheus text.';
revoke all on function ops._market_metrics() from public;
