-- What usually follows: all outcomes of an instrument known at a moment, added up. Sums
-- up to the first of each month are kept, so that a question adds a month's outcomes
-- and not those of a life. They are sums over what had become known in that order: a
-- later outcome or correction leaves them as they are.

create or replace view market.outcome_event as
select
    o.instrument_id, o.bar_interval, o.horizon, o.known_at as at, 1 as sign,
    o.forward_return
from market.outcome as o
union all
select
    v.instrument_id, v.bar_interval, v.horizon, v.known_at, 1, v.forward_return
from market.outcome_version as v
union all
select
    v.instrument_id, v.bar_interval, v.horizon, v.known_until, -1, v.forward_return
from market.outcome_version as v;
comment on view market.outcome_event is
'When an outcome began to count (sign 1), and when a correction took it back (sign -1).';

-- Example: market.base_rate_known(2, '1d', 5, '2018-02-05 23:59') -> 1279, 734, 8.2
create or replace function market.base_rate_known(
    instrument_id integer, bar_interval text, horizon integer, as_of timestamptz,
    out n integer, out wins integer, out total double precision
)
-- PL/pgSQL keeps the plan; a SQL function would make it at every call.
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    since timestamptz := '-infinity';
    kept market.base_rate;
begin
    select b.* into kept
    from market.base_rate as b
    where
        b.instrument_id = base_rate_known.instrument_id
        and b.bar_interval = base_rate_known.bar_interval
        and b.horizon = base_rate_known.horizon
        and b.month <= (base_rate_known.as_of at time zone 'UTC')::date
    order by b.month desc
    limit 1;
    if found then
        since := kept.month::timestamp at time zone 'UTC';
    end if;
    select
        coalesce(kept.n, 0) + coalesce(sum(e.sign), 0),
        coalesce(kept.wins, 0) + coalesce(sum(e.sign) filter (where e.forward_return > 0), 0),
        coalesce(kept.total, 0)
        + coalesce(sum(e.sign * e.forward_return order by e.at, e.sign, e.forward_return), 0)
    into n, wins, total
    from market.outcome_event as e
    where
        e.instrument_id = base_rate_known.instrument_id
        and e.bar_interval = base_rate_known.bar_interval
        and e.horizon = base_rate_known.horizon
        and e.at >= since and e.at <= base_rate_known.as_of;
end
$$;
comment on function market.base_rate_known(integer, text, integer, timestamptz) is
'All outcomes of an instrument known at a moment: how many, how many above 0, their sum.';

create or replace function market.refresh_base_rates(
    instrument_id integer, bar_interval text, horizon integer, from_at timestamptz
)
returns void
language plpgsql
security definer -- whoever writes outcomes does not write their sums
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    kept market.base_rate;
begin
    delete from market.base_rate as b
    where
        b.instrument_id = refresh_base_rates.instrument_id
        and b.bar_interval = refresh_base_rates.bar_interval
        and b.horizon = refresh_base_rates.horizon
        and b.month > (refresh_base_rates.from_at at time zone 'UTC')::date;
    select b.* into kept
    from market.base_rate as b
    where
        b.instrument_id = refresh_base_rates.instrument_id
        and b.bar_interval = refresh_base_rates.bar_interval
        and b.horizon = refresh_base_rates.horizon
    order by b.month desc
    limit 1;
    insert into market.base_rate (instrument_id, bar_interval, horizon, month, n, wins, total)
    select
        refresh_base_rates.instrument_id, refresh_base_rates.bar_interval,
        refresh_base_rates.horizon, (m.month + interval '1 month')::date,
        coalesce(kept.n, 0) + sum(m.n) over series,
        coalesce(kept.wins, 0) + sum(m.wins) over series,
        coalesce(kept.total, 0) + sum(m.total) over series
    from (
        select
            date_trunc('month', e.at at time zone 'UTC') as month,
            sum(e.sign) as n,
            coalesce(sum(e.sign) filter (where e.forward_return > 0), 0) as wins,
            sum(e.sign * e.forward_return order by e.at, e.sign, e.forward_return) as total
        from market.outcome_event as e
        where
            e.instrument_id = refresh_base_rates.instrument_id
            and e.bar_interval = refresh_base_rates.bar_interval
            and e.horizon = refresh_base_rates.horizon
            and e.at >= coalesce(kept.month::timestamp at time zone 'UTC', '-infinity')
        group by date_trunc('month', e.at at time zone 'UTC')
    ) as m
    window series as (order by m.month rows unbounded preceding);
end
$$;
comment on function market.refresh_base_rates(integer, text, integer, timestamptz) is
'Adds up anew the months after a moment.';

create or replace function market.on_outcomes_changed()
returns trigger
language plpgsql
security definer -- as refresh_base_rates
set search_path = pg_catalog, pg_temp
as $$
begin
    perform market.refresh_base_rates(c.instrument_id, c.bar_interval, c.horizon, c.from_at)
    from (
        select o.instrument_id, o.bar_interval, o.horizon, min(o.known_at) as from_at
        from changed as o
        group by o.instrument_id, o.bar_interval, o.horizon
    ) as c;
    return null;
end
$$;
comment on function market.on_outcomes_changed() is
'Trigger function: brings the sums of outcomes up to date.';

create or replace trigger _450_base_rates_inserted after insert on market.outcome
referencing new table as changed
for each statement execute function market.on_outcomes_changed();
create or replace trigger _450_base_rates_updated after update on market.outcome
referencing new table as changed
for each statement execute function market.on_outcomes_changed();
create or replace trigger _460_base_rates_replaced after update on market.outcome
referencing old table as changed
for each statement execute function market.on_outcomes_changed();
create or replace trigger _450_base_rates_deleted after delete on market.outcome
referencing old table as changed
for each statement execute function market.on_outcomes_changed();
create or replace trigger _450_base_rates_inserted
after insert on market.outcome_version
referencing new table as changed
for each statement execute function market.on_outcomes_changed();
create or replace trigger _450_base_rates_deleted after delete on market.outcome_version
referencing old table as changed
for each statement execute function market.on_outcomes_changed();

-- Databases from before there were sums.
do $$
begin
    if not exists (select from market.base_rate) then
        perform market.refresh_base_rates(o.instrument_id, o.bar_interval, o.horizon, '-infinity')
        from (
            select distinct q.instrument_id, q.bar_interval, q.horizon
            from market.outcome as q
        ) as o;
    end if;
end
$$;
