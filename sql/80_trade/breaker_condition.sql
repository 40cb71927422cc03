-- What opens a circuit breaker and what lets it close: losing trades in a row, and what
-- became of the shadows since.

create or replace function risk._losses(account_id bigint, since bigint)
returns integer
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    with closed as (
        select f.order_id, sum(f.realised) as realised, max(f.revision) as revision
        from trade.fill as f
        where
            f.tenant_id = public.current_tenant() and f.account_id = _losses.account_id
            and f.closed_quantity > 0 and f.revision > _losses.since
        group by f.order_id
    )

    select count(*)::integer from closed
    where closed.revision > coalesce(
        (select max(w.revision) from closed as w where w.realised >= 0), 0
    )
$$;
comment on function risk._losses(bigint, bigint) is
'How many of an account''s last trades (one an order that closed something) lost.';

-- Why an open breaker may close; null: it may not.
create or replace function risk._may_close(
    breaker risk.breaker, drawdown numeric, at timestamptz
)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    wins constant integer := tenant.number_setting('breaker_close_wins');
    days constant integer := tenant.number_setting('breaker_close_days');
    last_won integer;
    sharpe double precision;
begin
    if breaker.triggers <@ '{drawdown,losses}' and breaker.triggers <> '{}' then
        select count(*) filter (where s.result > 0) into last_won from (
            select h.result from agent.shadow as h
            where
                h.tenant_id = breaker.tenant_id and h.account_id = breaker.account_id
                and h.as_of >= breaker.opened_as_of and h.exit_at <= _may_close.at
            order by h.exit_at desc, h.decision_id desc limit wins
        ) as s;
        if (
            not 'drawdown' = any(breaker.triggers)
            or drawdown < tenant.number_setting('breaker_close_drawdown')
        ) and (not 'losses' = any(breaker.triggers) or last_won >= wins) then
            return concat_ws(
                ', ',
                case when 'drawdown' = any(breaker.triggers)
                    then format('the drawdown is %s', risk._percent(drawdown, 1)) end,
                case when 'losses' = any(breaker.triggers)
                    then format('%s shadow decisions in a row won', wins) end
            );
        end if;
    end if;
    -- reference/definitions.md: mean / sample deviation * sqrt(252), of daily means.
    if breaker.opened_as_of <= _may_close.at - days * interval '1 day' then
        select avg(d.result) / nullif(stddev_samp(d.result), 0) * sqrt(252) into sharpe
        from (
            select avg(h.result) as result from agent.shadow as h
            where
                h.tenant_id = breaker.tenant_id and h.account_id = breaker.account_id
                and h.as_of >= breaker.opened_as_of
                and h.exit_at > _may_close.at - days * interval '1 day'
                and h.exit_at <= _may_close.at
            group by (h.exit_at at time zone 'UTC')::date
        ) as d
        having count(*) >= 3;
        if sharpe > tenant.number_setting('breaker_close_sharpe') then
            return format(
                'the Sharpe ratio of %s days of shadow decisions is %s', days,
                round(sharpe::numeric, 2)
            );
        end if;
    end if;
    return null;
end
$$;
comment on function risk._may_close(risk.breaker, numeric, timestamptz) is
'Why an open circuit breaker may close, or null.';
