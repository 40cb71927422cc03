-- The system's numbers as Prometheus text (exposition format 0.0.4): no tenant's rows,
-- only how much work there is and how old it is.

create or replace function ops.metrics_text()
returns text
language sql stable
security definer -- outsiders have no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
    select concat_ws(
        E'\n',
        ops.metric(
            'bellwether_queue_depth', 'Jobs by kind and state.', 'gauge',
            (
                select array_agg(
                    format(
                        'bellwether_queue_depth{kind="%s",state="%s"} %s', q.kind,
                        q.state, q.n
                    ) order by q.kind, q.state
                )
                from (
                    select j.kind, j.state, count(*) as n from work.job as j
                    group by j.kind, j.state
                    union all
                    select d.kind, 'dead', count(*) from work.dead as d group by d.kind
                ) as q
            )
        ),
        ops.metric(
            'bellwether_queue_oldest_ready_seconds', 'Age of the oldest job that is due.',
            'gauge',
            array[
                'bellwether_queue_oldest_ready_seconds ' || coalesce(
                    (
                        select greatest(
                            extract(epoch from clock_timestamp() - min(j.run_at)), 0
                        )
                        from work.job as j where j.state = 'ready'
                    ), 0
                )
            ]
        ),
        ops.metric(
            'bellwether_workers', 'Workers that are alive.', 'gauge',
            array['bellwether_workers ' || (select count(*) from work.worker)]
        ),
        ops.metric(
            'bellwether_ingestion_lag_seconds',
            'Age of the newest daily bar, by asset class.', 'gauge',
            (
                select array_agg(
                    format(
                        'bellwether_ingestion_lag_seconds{asset_class="%s"} %s',
                        l.asset_class, round(l.lag)
                    ) order by l.asset_class
                )
                from (
                    select
                        i.asset_class,
                        extract(epoch from clock_timestamp() - max(n.known_at)) as lag
                    from market.instrument as i
                    cross join lateral (
                        select b.known_at from market.bar as b
                        where b.instrument_id = i.instrument_id
                        and b.bar_interval = '1d'
                        order by b.ts desc limit 1
                    ) as n
                    group by i.asset_class
                ) as l
            )
        ),
        ops.metric(
            'bellwether_queue_events_total',
            'Wake-ups sent and suppressed; jobs retried, rescued and dead; leases lost.',
            'counter',
            (
                select array_agg(
                    format(
                        'bellwether_queue_events_total{event="%s"} %s', c.name, c.value
                    ) order by c.name
                )
                from work.counters as c
            )
        ),
        -- The server counts rows that were written; it forgets in a crash, as a
        -- counter may.
        ops.metric(
            'bellwether_embeddings_total', 'Embeddings stored, by model.', 'counter',
            (
                select array_agg(
                    format(
                        'bellwether_embeddings_total{model="%s"} %s', m.name,
                        coalesce(
                            pg_stat_get_tuples_inserted(to_regclass(m.table_name)), 0
                        )
                    ) order by m.name
                )
                from memory.model as m
            )
        ),
        ops._market_metrics()
    )
$$;
comment on function ops.metrics_text() is
'Queue, workers and freshness of data as Prometheus text.';
revoke all on function ops.metrics_text() from public;
grant execute on function ops.metrics_text() to bellwether_gateway;
