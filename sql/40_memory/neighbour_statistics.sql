-- What followed the neighbours of a snapshot, against what usually follows.
--
-- n             neighbours whose outcome was known at as_of
-- effective_n   neighbours whose ways overlap in time (other instruments, the same
--               days) tell nearly the same thing: with groups of m_i in stretches of
--               `horizon` bars it is n^2 / sum(m_i^2) (Kish 1965, wholly dependent
--               within a stretch)
-- win_rate      share of forward returns above 0, with its 95 % Wilson score interval
--               on n (Wilson 1927)
-- base_         the same over all known outcomes of the asked instrument
-- p_value       two-sided exact binomial test of win_rate against base_win_rate with
--               effective_n trials: how often chance alone differs as much
--               with bootstrap > 0: of mean against base_mean, by so many resamples
-- mean_gain, mean_loss: averages of the furthest excursions on the way
-- Below the minimum n only n, effective_n and the base rates are told.

-- Example: memory.binomial_p_value(14, 20, 0.5) -> 0.1153, as R's binom.test(14, 20)
create or replace function memory.binomial_p_value(
    wins integer, n integer, p double precision
)
returns double precision
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    -- In logarithms: the chance of no win in 1000 is no float8.
    log_odds double precision;
    log_chance double precision;
    log_seen double precision;
    chance double precision := 0;
begin
    if n = 0 then
        return 1;
    end if;
    if p <= 0 or p >= 1 then
        return case when wins = case when p <= 0 then 0 else n end then 1 else 0 end;
    end if;
    log_odds := ln(p / (1 - p));
    log_seen := n * ln(1 - p);
    for k in 1..wins loop
        log_seen := log_seen + log_odds + ln((n - k + 1)::double precision / k);
    end loop;
    log_chance := n * ln(1 - p);
    for k in 0..n loop
        if k > 0 then
            log_chance := log_chance + log_odds + ln((n - k + 1)::double precision / k);
        end if;
        -- The tolerance of R: outcomes as likely as the one seen count, despite
        -- rounding.
        if log_chance <= log_seen + 1e-7 then
            chance := chance + case when log_chance > -700 then exp(log_chance) else 0 end;
        end if;
    end loop;
    return least(1, chance);
end
$$;
comment on function memory.binomial_p_value(integer, integer, double precision) is
'Two-sided exact binomial test: the chance of a number of wins no likelier than this one.';

-- Draws whole stretches again, with replacement, so that what depends on each other
-- stays together (cluster bootstrap; Efron and Tibshirani 1993, ch. 16.4): how often
-- does the mean of a resample differ from the mean by as much as the mean from the
-- base? Draws are hashes of their number: the same question has the same answer.
create or replace function memory.bootstrap_p_value(
    totals double precision [], sizes integer [], base_mean double precision,
    resamples integer
)
returns double precision
language sql immutable parallel safe
begin atomic
    with known as (
        select
            cardinality(totals) as stretches,
            (select sum(t.total) from unnest(totals) as t (total))
            / (select sum(z.size) from unnest(sizes) as z (size)) as mean
    )

    select
        (1 + count(*) filter (where abs(d.mean - k.mean) >= abs(k.mean - base_mean)))
        / (1.0 + resamples)::double precision
    from known as k
    cross join lateral (
        select sum(totals[w.place]) / sum(sizes[w.place]) as mean
        from (
            select
                r.number as resample,
                (1 + (
                    hashint8extended(r.number::bigint * 1000003 + n.number, 20181)
                    & 2147483647
                ) % k.stretches)::integer as place
            from generate_series(1, resamples) as r (number)
            cross join generate_series(1, k.stretches) as n (number)
        ) as w
        group by w.resample
    ) as d;
end;
comment on function memory.bootstrap_p_value(double precision[], integer[], double precision, integer) is
'How often chance alone puts a mean as far from the base rate: cluster bootstrap over stretches of time.';

create or replace function memory.neighbour_statistics(
    snapshot_id bigint, as_of timestamptz, neighbour_ids bigint [], horizons integer [],
    bootstrap integer default 0
)
returns setof memory.pattern_statistic
-- PL/pgSQL keeps the plan; a SQL function would make it at every call.
language plpgsql stable rows 3
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    minimum_n constant integer := memory.minimum_n();
begin
    return query
    with asked as (
        select
            s.instrument_id, s.bar_interval,
            -- Seconds from a bar to the next, holidays spread evenly.
            365.25 * 86400 / market.periods_per_year(s.instrument_id, s.bar_interval) as spacing
        from market.snapshot as s
        where s.snapshot_id = neighbour_statistics.snapshot_id
    ),

    wanted as (
        select u.horizon, min(u.place) as place
        from unnest(neighbour_statistics.horizons) with ordinality as u (horizon, place)
        group by u.horizon
    ),

    followed as (
        select
            w.horizon,
            o.forward_return, o.max_gain, o.max_loss,
            floor(extract(epoch from s.ts) / (a.spacing * w.horizon)) as stretch
        from wanted as w
        cross join asked as a
        cross join unnest(neighbour_statistics.neighbour_ids) as u (neighbour_id)
        inner join market.outcome_known as o
            on
                u.neighbour_id = o.snapshot_id
                and w.horizon = o.horizon
                and o.known_at <= neighbour_statistics.as_of
                and o.known_until > neighbour_statistics.as_of
        inner join market.snapshot as s on o.snapshot_id = s.snapshot_id
    ),

    groups as (
        select g.horizon, sum(g.size) ^ 2 / sum(g.size ^ 2) as effective_n
        from (
            select f.horizon, count(*) as size
            from followed as f
            group by f.horizon, f.stretch
        ) as g
        group by g.horizon
    ),

    spread as (
        select
            f.horizon,
            count(*)::integer as n,
            avg(f.forward_return order by f.forward_return) as mean,
            percentile_cont(array[0.5, 0.05, 0.25, 0.75, 0.95])
            within group (order by f.forward_return) as percentiles,
            avg((f.forward_return > 0)::integer)::double precision as win_rate,
            avg(f.max_gain order by f.max_gain) as mean_gain,
            avg(f.max_loss order by f.max_loss) as mean_loss
        from followed as f
        group by f.horizon
    ),

    base as (
        select
            w.horizon,
            r.wins::double precision / nullif(r.n, 0) as win_rate,
            r.total / nullif(r.n, 0) as mean
        from wanted as w
        cross join asked as a
        cross join lateral market.base_rate_known(
            a.instrument_id, a.bar_interval, w.horizon, neighbour_statistics.as_of
        ) as r
    ),

    told as (
        select
            w.place, w.horizon, coalesce(s.n, 0) as n, coalesce(g.effective_n, 0) as effective_n,
            coalesce(s.n, 0) >= minimum_n as enough,
            s.mean, s.percentiles, s.win_rate, s.mean_gain, s.mean_loss,
            b.win_rate as base_win_rate, b.mean as base_mean
        from wanted as w
        left join spread as s on w.horizon = s.horizon
        left join groups as g on w.horizon = g.horizon
        left join base as b on w.horizon = b.horizon
    )

    select
        t.horizon, t.n, t.effective_n,
        case when t.enough then t.mean end,
        case when t.enough then t.percentiles[1] end,
        case when t.enough then t.percentiles[2] end,
        case when t.enough then t.percentiles[3] end,
        case when t.enough then t.percentiles[4] end,
        case when t.enough then t.percentiles[5] end,
        case when t.enough then t.win_rate end,
        case when t.enough then greatest(0, v.centre - v.half) end,
        case when t.enough then least(1, v.centre + v.half) end,
        t.base_win_rate,
        t.base_mean,
        case
            when not t.enough or t.base_win_rate is null then null
            when neighbour_statistics.bootstrap > 0 then (
                select memory.bootstrap_p_value(
                    array_agg(g.total order by g.stretch), array_agg(g.size order by g.stretch),
                    t.base_mean, neighbour_statistics.bootstrap
                )
                from (
                    select f.stretch, sum(f.forward_return order by f.forward_return) as total, count(*)::integer as size
                    from followed as f
                    where f.horizon = t.horizon
                    group by f.stretch
                ) as g
            )
            else memory.binomial_p_value(
                round(t.win_rate * round(t.effective_n))::integer, round(t.effective_n)::integer,
                t.base_win_rate
            )
        end,
        case when t.enough then 'ok' else 'not enough history' end,
        case when t.enough then t.mean_gain end,
        case when t.enough then t.mean_loss end
    from told as t
    cross join lateral (
        -- z of 95 %: 1.9599639845400545
        select
            (t.win_rate + 3.8414588206941285 / (2 * t.n)) / (1 + 3.8414588206941285 / t.n) as centre,
            1.9599639845400545 / (1 + 3.8414588206941285 / t.n) * sqrt(
                t.win_rate * (1 - t.win_rate) / t.n + 3.8414588206941285 / (4.0 * t.n ^ 2)
            ) as half
        where t.n > 0
        union all
        select null, null where t.n = 0
    ) as v
    order by t.place;
end
$$;
comment on function memory.neighbour_statistics(
    bigint, timestamptz, bigint[], integer[], integer
) is
'What followed neighbours, by horizon, against the base rate; the core of api.pattern_statistics.';
