-- Drawdown is that of the account's equity, deposits and withdrawals taken out: the
-- account is divided into units, as a fund is, and a deposit buys units at the value of
-- the moment.

-- The value of a unit at each time since the last evaluation: at the end of each day
-- (at most 400 back), when capital moved, and now.
create or replace function risk._revalue(breaker risk.breaker, at timestamptz)
returns risk.breaker
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    after risk.breaker := breaker;
    since constant timestamptz := coalesce(
        breaker.evaluated_at,
        (
            select min(f.filled_at) from trade.fill as f
            where f.tenant_id = breaker.tenant_id and f.account_id = breaker.account_id
        ), _revalue.at
    );
    point record;
    equity numeric;
begin
    for point in
        with moved as (
            -- What was booked late counts from when it was seen.
            select greatest(c.at, breaker.evaluated_at) as at, c.amount,
                c.capital_event_id
            from trade.capital_event as c
            where
                c.tenant_id = breaker.tenant_id and c.account_id = breaker.account_id
                and c.capital_event_id > breaker.seen_capital_event_id
                and c.at <= _revalue.at and c.kind = 'capital'
        ),

        moment as (
            select moved.at, moved.amount, moved.capital_event_id from moved
            union all
            select day - interval '1 microsecond', 0, 0
            from generate_series(
                greatest(
                    date_trunc('day', since, 'UTC'),
                    date_trunc('day', _revalue.at, 'UTC') - interval '400 days'
                ) + interval '1 day',
                date_trunc('day', _revalue.at, 'UTC'), interval '1 day'
            ) as day
            union all
            select _revalue.at, 0, 0
        )

        select moment.at, sum(moment.amount) as amount,
            max(moment.capital_event_id) as capital_event_id
        from moment group by moment.at order by moment.at
    loop
        if after.units > 0 then
            select e.equity into equity
            from trade.equity_at(breaker.account_id, point.at) as e;
            after.value := (equity - point.amount) / after.units;
        end if;
        after.value := coalesce(after.value, 1);
        after.peak := greatest(after.peak, after.value);
        if point.amount <> 0 and after.value > 0 then
            after.units := coalesce(after.units, 0) + point.amount / after.value;
        end if;
        after.seen_capital_event_id := greatest(
            after.seen_capital_event_id, point.capital_event_id
        );
    end loop;
    after.evaluated_at := _revalue.at;
    return after;
end
$$;
comment on function risk._revalue(risk.breaker, timestamptz) is
'A breaker''s units, value and peak brought up to a time.';
