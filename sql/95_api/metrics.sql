-- The desk's numbers as Prometheus text, with the names that the earlier system used.

create or replace function api.metrics_text()
returns text
language sql stable
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$
    select concat_ws(
        E'\n',
        ops.metric(
            'trading_agent_latency_seconds', 'Time of each agent''s steps.', 'summary',
            (
                select array_agg(
                    format(
                        E'trading_agent_latency_seconds_sum{agent="%1$s"} %2$s\n'
                        'trading_agent_latency_seconds_count{agent="%1$s"} %3$s',
                        s.step, s.total / 1000, s.n
                    ) order by s.step
                )
                from (
                    select p.step, sum(p.ms) as total, count(*) as n
                    from agent.step as p where p.tenant_id = public.current_tenant()
                    group by p.step
                ) as s
            )
        ),
        ops.metric(
            'trading_cycle_duration_seconds', 'Time of whole cycles.', 'summary',
            (
                select array[
                    'trading_cycle_duration_seconds_sum '
                    || coalesce(sum(extract(epoch from c.finished_at - c.started_at)), 0),
                    'trading_cycle_duration_seconds_count ' || count(c.finished_at)
                ]
                from api.cycles as c
            )
        ),
        ops.metric(
            'trading_hard_constraint_violations_total',
            'Orders refused, by the code of the limit.', 'counter',
            (
                select array_agg(
                    format(
                        'trading_hard_constraint_violations_total{reason_code="%s"} %s',
                        o.reason_code, o.n
                    ) order by o.reason_code
                )
                from (
                    select r.reason_code, count(*) as n from api.orders as r
                    where r.status = 'refused' group by r.reason_code
                ) as o
            )
        ),
        ops.metric(
            'trading_llm_call_duration_seconds', 'Time of calls of language models.',
            'summary',
            (
                select array_agg(
                    format(
                        E'trading_llm_call_duration_seconds_sum{%1$s} %2$s\n'
                        'trading_llm_call_duration_seconds_count{%1$s} %3$s',
                        format(
                            'provider="%s",model="%s",outcome="%s"', c.provider,
                            -- A name may hold anything: these two end a label.
                            replace(replace(c.model, '\', '\\'), '"', '\"'), c.outcome
                        ), c.total / 1000, c.n
                    ) order by c.provider, c.model, c.outcome
                )
                from (
                    select
                        l.provider, l.model, l.outcome,
                        coalesce(sum(l.ms), 0) as total, count(*) as n
                    from agent.call as l
                    where l.tenant_id = public.current_tenant() and not l.replayed
                    group by l.provider, l.model, l.outcome
                ) as c
            )
        ),
        ops.metric(
            'circuit_breaker_triggers', 'How often each account''s breaker opened.',
            -- Only grows; its name, which clients know, is not that of a counter.
            'gauge',
            (
                select array_agg(
                    format(
                        'circuit_breaker_triggers{account_id="%s"} %s', a.account_id,
                        (
                            select count(*) from agent.event as e
                            where
                                e.tenant_id = public.current_tenant()
                                and e.type = 'BreakerOpened'
                                and (e.payload ->> 'account_id')::bigint = a.account_id
                        )
                    ) order by a.account_id
                )
                from trade.account as a where a.tenant_id = public.current_tenant()
            )
        ),
        ops.metric(
            'current_drawdown', 'Fraction below the highest equity, by account.', 'gauge',
            (
                select array_agg(
                    format(
                        'current_drawdown{account_id="%s"} %s', a ->> 'account_id',
                        coalesce(a ->> 'drawdown_fraction', '0')
                    )
                )
                from jsonb_array_elements(api.portfolio() -> 'accounts') as a
            )
        ),
        ops.metric(
            'consecutive_losses', 'Losing trades since the last winning one.', 'gauge',
            array[
                'consecutive_losses ' || (
                    select count(*) from api.trades as t
                    where t.closed_at > coalesce(
                        (
                            select max(w.closed_at) from api.trades as w
                            where w.realised > 0
                        ), '-infinity'
                    )
                )
            ]
        )
    )
$$;
comment on function api.metrics_text() is
'Latencies of agents and cycles, refusals, drawdown and losses as Prometheus text.';
