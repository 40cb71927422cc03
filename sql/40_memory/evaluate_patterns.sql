-- Does the pattern search predict? Walked forward over history: each asked snapshot is
-- predicted from what was known at its close, then compared with what followed.
--
--   patterns    mean and percentiles of what followed its neighbours, as far as known
--   base rate   those of all earlier outcomes of the same instrument, as far as known
--   last value  what was, goes on: its own return over the horizon
-- All three are judged on the same snapshots: those for which the pattern search had
-- enough neighbours; how often it had not is `abstained`.
--
-- hit_rate     the sign of the prediction was right; 95 % Wilson interval, effective_n
-- ic           Spearman's rank correlation of prediction and outcome, with the 95 %
--              interval of Fisher's z on effective_n (Grinold and Kahn 1999, ch. 6)
-- effective_n  Kish's, with groups of the same stretch of `horizon` bars: snapshots of
--              the same days tell nearly the same thing
-- below_p05    share of outcomes below the predicted 5th percentile: 0.05 if the
--              percentiles are honest; so are p25 .. p95

create or replace function memory.evaluate_patterns(
    symbols text [],
    from_ts timestamptz,
    to_ts timestamptz,
    horizon integer,
    k integer,
    every integer,
    bar_interval text,
    min_similarity double precision,
    filters jsonb,
    by text,
    as_of timestamptz
)
returns setof memory.evaluation
language plpgsql stable rows 3
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := market.as_of(evaluate_patterns.as_of);
    minimum_n constant integer := memory.minimum_n();
    wanted_horizon constant integer := evaluate_patterns.horizon;
    unknown text;
begin
    if (evaluate_patterns.every between 1 and 1000) is not true then
        perform ops.fail('BW329', format(
            'every is %s', coalesce(evaluate_patterns.every::text, 'null')
        ));
    end if;
    select u.symbol into unknown from unnest(evaluate_patterns.symbols) as u (symbol)
    where not exists (select from market.instrument as i where i.symbol = u.symbol) limit 1;
    if found then
        perform ops.fail('BW310', format(
            'there is no symbol %s', coalesce(quote_literal(left(unknown, 100)), 'null')
        ));
    end if;
    -- The other arguments are checked as a question is.
    perform memory.asked_snapshot(
        coalesce(evaluate_patterns.symbols[1], (
            select min(i.symbol) from market.instrument as i
            inner join market.snapshot as s on s.instrument_id = i.instrument_id
            where s.bar_interval = evaluate_patterns.bar_interval and s.known_at <= moment
        )),
        moment, evaluate_patterns.k, array[wanted_horizon], evaluate_patterns.bar_interval,
        null, evaluate_patterns.min_similarity, evaluate_patterns.by
    );

    return query
    with asked as materialized (
        select
            s.snapshot_id, s.instrument_id, s.ts, s.known_at, o.forward_return as outcome,
            floor(extract(epoch from s.ts) / (
                365.25 * 86400 / market.periods_per_year(s.instrument_id, s.bar_interval)
                * wanted_horizon
            )) as stretch,
            case wanted_horizon
                when 1 then s.return_1 when 5 then s.return_5 when 20 then s.return_20
            end as last_value
        from market.snapshot_known as s
        inner join market.instrument as i on i.instrument_id = s.instrument_id
        inner join market.outcome_known as o
            on
                o.snapshot_id = s.snapshot_id and o.horizon = wanted_horizon
                and o.known_at <= moment and o.known_until > moment
        where
            s.bar_interval = evaluate_patterns.bar_interval
            and s.known_at <= moment and s.known_until > moment
            and s.features is not null
            and s.bar_number % evaluate_patterns.every = 0
            and s.ts >= coalesce(evaluate_patterns.from_ts, '-infinity')
            and s.ts <= coalesce(evaluate_patterns.to_ts, 'infinity')
            and (evaluate_patterns.symbols is null or i.symbol = any(evaluate_patterns.symbols))
    ),

    followed as materialized (
        select
            a.snapshot_id, count(*) as n,
            avg(o.forward_return order by o.forward_return) as mean,
            percentile_cont('{0.05,0.25,0.5,0.75,0.95}'::double precision[])
            within group (order by o.forward_return) as percentiles
        from asked as a
        cross join lateral memory.neighbours(
            a.snapshot_id, a.known_at, evaluate_patterns.k, wanted_horizon, null,
            evaluate_patterns.min_similarity, evaluate_patterns.filters,
            evaluate_patterns.by
        ) as b
        inner join market.outcome_known as o
            on
                o.snapshot_id = b.neighbour_id and o.horizon = wanted_horizon
                and o.known_at <= a.known_at and o.known_until > a.known_at
        group by a.snapshot_id
    ),

    base as materialized (
        select
            a.snapshot_id,
            avg(o.forward_return order by o.forward_return) as mean,
            percentile_cont('{0.05,0.25,0.5,0.75,0.95}'::double precision[])
            within group (order by o.forward_return) as percentiles
        from asked as a
        inner join followed as f on f.snapshot_id = a.snapshot_id and f.n >= minimum_n
        inner join market.outcome_known as o
            on
                o.instrument_id = a.instrument_id
                and o.bar_interval = evaluate_patterns.bar_interval
                and o.horizon = wanted_horizon
                and o.known_at <= a.known_at and o.known_until > a.known_at
        group by a.snapshot_id
    ),

    predicted as (
        select
            p.place, p.predictor, a.stretch, a.outcome, p.prediction, p.percentiles,
            rank() over (partition by p.place order by p.prediction)
            + (count(*) over (partition by p.place, p.prediction) - 1) / 2.0
                as prediction_rank,
            rank() over (partition by p.place order by a.outcome)
            + (count(*) over (partition by p.place, a.outcome) - 1) / 2.0 as outcome_rank
        from asked as a
        inner join followed as f on f.snapshot_id = a.snapshot_id and f.n >= minimum_n
        inner join base as b on b.snapshot_id = a.snapshot_id
        cross join lateral (values
            (1, 'patterns', f.mean, f.percentiles),
            (2, 'base rate', b.mean, b.percentiles),
            (3, 'last value', a.last_value, null::double precision[])
        ) as p (place, predictor, prediction, percentiles)
        where a.last_value is not null
    ),

    groups as (
        select g.place, sum(g.size) ^ 2 / sum(g.size ^ 2) as effective_n
        from (
            select p.place, count(*) as size from predicted as p group by p.place, p.stretch
        ) as g
        group by g.place
    ),

    measured as (
        select
            p.place, p.predictor, count(*)::integer as n, max(g.effective_n) as effective_n,
            avg((sign(p.prediction) = sign(p.outcome))::integer)
            filter (where p.outcome <> 0)::double precision as hit_rate,
            corr(
                p.prediction_rank::double precision, p.outcome_rank::double precision
                order by p.prediction_rank, p.outcome_rank
            ) as ic,
            avg(abs(p.outcome - p.prediction) order by abs(p.outcome - p.prediction)) as error,
            avg((p.outcome < p.percentiles[1])::integer)::double precision as below_p05,
            avg((p.outcome < p.percentiles[2])::integer)::double precision as below_p25,
            avg((p.outcome < p.percentiles[3])::integer)::double precision as below_p50,
            avg((p.outcome < p.percentiles[4])::integer)::double precision as below_p75,
            avg((p.outcome < p.percentiles[5])::integer)::double precision as below_p95
        from predicted as p
        inner join groups as g on g.place = p.place
        group by p.place, p.predictor
    )

    select
        m.predictor, m.n, m.effective_n::double precision,
        (select count(*) from asked)::integer - m.n,
        m.hit_rate,
        greatest(0, w.centre - w.half), least(1, w.centre + w.half),
        m.ic,
        case when m.effective_n > 3 and abs(m.ic) < 1
            then tanh(atanh(m.ic) - 1.9599639845400545 / sqrt(m.effective_n - 3)) end,
        case when m.effective_n > 3 and abs(m.ic) < 1
            then tanh(atanh(m.ic) + 1.9599639845400545 / sqrt(m.effective_n - 3)) end,
        m.error, m.below_p05, m.below_p25, m.below_p50, m.below_p75, m.below_p95
    from measured as m
    cross join lateral (
        select m.effective_n::double precision as n
    ) as e
    cross join lateral (
        select
            (m.hit_rate + 3.8414588206941285 / (2 * e.n)) / (1 + 3.8414588206941285 / e.n)
                as centre,
            1.9599639845400545 / (1 + 3.8414588206941285 / e.n) * sqrt(
                m.hit_rate * (1 - m.hit_rate) / e.n + 3.8414588206941285 / (4 * e.n ^ 2)
            ) as half
    ) as w
    order by m.place;
end
$$;
comment on function memory.evaluate_patterns(
    text[], timestamptz, timestamptz, integer, integer, integer, text, double precision,
    jsonb, text, timestamptz
) is
'How well the pattern search predicted, walked forward, beside the base rate and the last value.';
