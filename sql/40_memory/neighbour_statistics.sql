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

create or replace function memory.neighbour_bootstrap(
    neighbour_ids bigint [], horizon integer, as_of timestamptz,
    spacing double precision,
    base_mean double precision, resamples integer
)
returns double precision
language sql stable
begin atomic
    select
        memory.bootstrap_p_value(
            array_agg(g.total order by g.stretch), array_agg(g.size order by g.stretch),
            neighbour_bootstrap.base_mean, neighbour_bootstrap.resamples
        )
    from (
        select
            f.stretch, sum(f.forward_return order by f.forward_return) as total,
            count(*)::integer as size
        from (
            select
                o.forward_return,
                floor(
                    extract(epoch from s.ts)::double precision
                    / (neighbour_bootstrap.spacing * o.horizon)
                ) as stretch
            from unnest(neighbour_bootstrap.neighbour_ids) as u (neighbour_id)
            inner join market.snapshot as s on u.neighbour_id = s.snapshot_id
            inner join market.outcome_known as o
                on
                    s.snapshot_id = o.snapshot_id
                    and o.horizon = neighbour_bootstrap.horizon
                    and o.known_at <= neighbour_bootstrap.as_of
                    and o.known_until > neighbour_bootstrap.as_of
        ) as f
        group by f.stretch
    ) as g;
end;
comment on function memory.neighbour_bootstrap(
    bigint[], integer, timestamptz, double precision, double precision, integer
) is 'memory.bootstrap_p_value of what followed neighbours; spacing: seconds from bar to bar.';

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
    asked_instrument integer;
    asked_interval text;
    spacing double precision;
begin
    select
        s.instrument_id, s.bar_interval,
        -- Seconds from a bar to the next, holidays spread evenly.
        365.25 * 86400 / market.periods_per_year(s.instrument_id, s.bar_interval)
    into asked_instrument, asked_interval, spacing
    from market.snapshot as s
    where s.snapshot_id = neighbour_statistics.snapshot_id;
    return query
    select
        t.horizon, coalesce((t.spread).n, 0), coalesce((t.spread).effective_n, 0),
        case when t.enough then (t.spread).mean end,
        case when t.enough then (t.spread).percentiles[3] end,
        case when t.enough then (t.spread).percentiles[1] end,
        case when t.enough then (t.spread).percentiles[2] end,
        case when t.enough then (t.spread).percentiles[4] end,
        case when t.enough then (t.spread).percentiles[5] end,
        case when t.enough then (t.spread).win_rate end,
        case when t.enough then greatest(0, t.centre - t.half) end,
        case when t.enough then least(1, t.centre + t.half) end,
        t.base_win_rate,
        t.base_mean,
        case
            when not t.enough or t.base_win_rate is null then null
            when neighbour_statistics.bootstrap > 0 then memory.neighbour_bootstrap(
                neighbour_statistics.neighbour_ids, t.horizon, neighbour_statistics.as_of,
                spacing, t.base_mean, neighbour_statistics.bootstrap
            )
            else public.binomial_p_value(
                round((t.spread).win_rate * round((t.spread).effective_n))::integer,
                round((t.spread).effective_n)::integer, t.base_win_rate
            )
        end,
        case when t.enough then 'ok' else 'not enough history' end,
        case when t.enough then (t.spread).mean_gain end,
        case when t.enough then (t.spread).mean_loss end
    from (
        select
            w.horizon, w.place, f.spread, coalesce((f.spread).n, 0) >= minimum_n as enough,
            r.wins::double precision / nullif(r.n, 0) as base_win_rate,
            r.total / nullif(r.n, 0) as base_mean,
            -- z of 95 %: 1.9599639845400545
            ((f.spread).win_rate + 3.8414588206941285 / (2 * (f.spread).n))
            / (1 + 3.8414588206941285 / (f.spread).n) as centre,
            1.9599639845400545 / (1 + 3.8414588206941285 / (f.spread).n) * sqrt(
                (f.spread).win_rate * (1 - (f.spread).win_rate) / (f.spread).n
                + 3.8414588206941285 / (4.0 * (f.spread).n ^ 2)
            ) as half
        from (
            select u.horizon, min(u.place) as place
            from unnest(neighbour_statistics.horizons) with ordinality as u (horizon, place)
            group by u.horizon
        ) as w
        left join (
            select
                o.horizon,
                public.pattern_spread(
                    o.forward_return, o.max_gain, o.max_loss,
                    floor(extract(epoch from s.ts)::double precision / (spacing * o.horizon))::bigint
                ) as spread
            from unnest(neighbour_statistics.neighbour_ids) as u (neighbour_id)
            inner join market.snapshot as s on u.neighbour_id = s.snapshot_id
            inner join market.outcome_known as o
                on
                    s.snapshot_id = o.snapshot_id
                    -- Beside the index, whose scan would begin anew for each of them.
                    and array_position(neighbour_statistics.horizons, o.horizon) > 0
                    and o.known_at <= neighbour_statistics.as_of
                    and o.known_until > neighbour_statistics.as_of
            group by o.horizon
        ) as f on w.horizon = f.horizon
        cross join lateral market.base_rate_known(
            asked_instrument, asked_interval, w.horizon, neighbour_statistics.as_of
        ) as r
        -- Each value is computed once.
        offset 0
    ) as t
    order by t.place;
end
$$;
comment on function memory.neighbour_statistics(
    bigint, timestamptz, bigint[], integer[], integer
) is
'What followed neighbours, by horizon, against the base rate; the core of api.pattern_statistics.';
