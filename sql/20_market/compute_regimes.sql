-- Regimes: recurring states of an instrument, found from the snapshots of all.
--
-- At the start of each year a model is found from what was known then: k-means (Lloyd
-- 1982, seeded as Arthur and Vassilvitskii 2007) over seven coordinates of the feature
-- vectors of 2000 drawn snapshots, the better of two seeds. The middles are taken as those of Gaussians of equal
-- width, so that each snapshot has a chance of belonging to each; a Markov chain over
-- them (Hamilton 1989, filter only: nobody looks ahead) keeps one noisy day from being
-- another regime. Each snapshot is judged once, by the model that was the latest when it
-- was known; those before the first model by that one.
--
-- Names are words for the middle, so that a name means the same in every model; one that
-- was near a limit of the words keeps the name it had. Draws are hashes of the seed: the
-- same snapshots give the same regimes.

create or replace function market.regime_coordinates(features vector)
returns vector
language sql immutable strict parallel safe
return array[
    (features::real[])[4], (features::real[])[9], (features::real[])[10],
    (features::real[])[16] / 2, (features::real[])[17] / 2, (features::real[])[24],
    (features::real[])[29]
]::vector;
comment on function market.regime_coordinates(vector) is
'What regimes are found from: return_60, distances from ema 50 and 200, half of volatility of 20 bars against 60 and 252, drawdown, vix; of a snapshot''s features.';

-- Example: market._regime_words('[1.1,0.9,0.8,-0.7,-0.6,0.8,-0.5]') -> calm rise
create or replace function market._regime_words(centre vector)
returns text
language sql immutable strict parallel safe
return (
    select
        case
            when w.storm > 0.35 then 'stressed '
            when w.storm < -0.35 then 'calm '
            else ''
        end
        || case
            when w.trend > 1.2 then 'steep rise'
            when w.trend > 0.35 then 'rise'
            when w.trend >= -0.35 then 'sideways'
            when w.trend >= -1.2 then 'fall'
            else 'steep fall'
        end
    from (
        select
            (c.x[1] + c.x[2] + c.x[3]) / 3 as trend, (c.x[4] + c.x[5]) / 2 as storm
        from (select centre::real[] as x) as c
    ) as w
);
comment on function market._regime_words(vector) is
'A regime''s middle in words: how stormy, and where it goes.';

create or replace function market._regime_description(centre vector)
returns text
language sql immutable strict parallel safe
return (
    select format(
        'quarter %s, against ema 50 %s, ema 200 %s; volatility of a month against a quarter '
        '%s, a year %s; drawdown %s, vix %s (in scales from usual)',
        round(c.x[1]::numeric, 1), round(c.x[2]::numeric, 1), round(c.x[3]::numeric, 1),
        round(c.x[4]::numeric, 1), round(c.x[5]::numeric, 1), round(c.x[6]::numeric, 1),
        round(c.x[7]::numeric, 1)
    )
    from (select centre::real[] as x) as c
);
comment on function market._regime_description(vector) is 'A regime''s middle in numbers.';

-- Example: market._nearest_sql('p.point', '$2', 2) -> the place of the nearest of two
-- centres, as an expression: a subquery a point would cost ten times as much.
create or replace function market._nearest_sql(point text, centres text, k integer)
returns text
language sql immutable strict parallel safe
return (
    select format(
        'case least(%s) %s end',
        string_agg(d.distance, ', ' order by d.i),
        string_agg(format('when %s then %s', d.distance, d.i), ' ' order by d.i)
    )
    from (
        select
            g.i, format('%s operator(public.<->) (%s)[%s]', point, centres, g.i) as distance
        from generate_series(1, k) as g (i)
    ) as d
);
comment on function market._nearest_sql(text, text, integer) is
'The expression for the place of the nearest of k centres.';

-- The middles of k groups of points, and the mean squared distance to them.
create or replace function market._k_means(
    points vector [], k integer, seed integer,
    out centres vector [], out inertia double precision
)
language plpgsql immutable
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
    next_centres vector[];
    query text;
begin
    -- The first is drawn evenly, each next by its squared distance to those there are:
    -- the least of -ln(u) / weight is a draw by weight (Efraimidis and Spirakis 2006).
    for wanted in 1..k loop
        select centres || p.point into next_centres
        from unnest(points) with ordinality as p (point, place)
        cross join lateral (
            select
                ((hashint8extended(p.place * 31 + wanted, seed) & 1073741823) + 1)
                / 1073741826.0::double precision as u,
                coalesce((
                    select min(p.point operator(public.<->) c.centre) ^ 2
                    from unnest(centres) as c (centre)
                ), 1) as weight
        ) as d
        where d.weight > 0
        order by - ln(d.u) / d.weight, p.place
        limit 1;
        exit when not found;
        centres := next_centres;
    end loop;

    query := format(
        $query$
        select
            array_agg(coalesce(g.centre, c.centre) order by c.place), sum(g.squares)
        from unnest($2) with ordinality as c (centre, place)
        left join (
            select
                n.place, public.avg(n.point) as centre,
                sum((n.point operator(public.<->) ($2)[n.place]) ^ 2) as squares
            from (select p.point, %s as place from unnest($1) as p (point)) as n
            group by n.place
        ) as g on g.place = c.place
        $query$,
        market._nearest_sql('p.point', '$2', cardinality(centres))
    );
    for iteration in 1..20 loop
        execute query into next_centres, inertia using points, centres;
        exit when next_centres = centres;
        centres := next_centres;
    end loop;
    inertia := inertia / cardinality(points);
end
$$;
comment on function market._k_means(vector[], integer, integer) is
'k-means with drawn beginnings: middles, and mean squared distance to the nearest.';

-- One step of the forward filter of a hidden Markov chain: what was believed moves by
-- the transitions, and is weighed by how well the new bar fits each regime. Without a
-- belief (the first bar) the fit counts alone. A chain cannot be computed all at once.
create or replace function market._regime_filter_step(
    belief double precision [], fit double precision [], transitions double precision []
)
returns double precision []
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    k constant integer := cardinality(fit);
    now_is double precision[] := fit;
    moved double precision;
    total double precision := 0;
begin
    for j in 1..k loop
        if belief is not null then
            moved := 0;
            for i in 1..k loop
                moved := moved + belief[i] * transitions[(i - 1) * k + j];
            end loop;
            now_is[j] := now_is[j] * moved;
        end if;
        total := total + now_is[j];
    end loop;
    for j in 1..k loop
        now_is[j] := now_is[j] / total;
    end loop;
    return now_is;
end
$$;
comment on function market._regime_filter_step(
    double precision[], double precision[], double precision[]
) is 'One step of the forward filter of a hidden Markov chain.';
create or replace aggregate market._regime_filter(
    fit double precision [], transitions double precision []
) (sfunc = market._regime_filter_step, stype = double precision []);
comment on aggregate market._regime_filter(double precision[], double precision[]) is 'The chance of each regime, from the bars so far; for windows.';

-- How well a snapshot fits each regime of a model. Distances are bounded below what a
-- float can hold, and none fits with 0: the chain must stay able to leave.
create or replace function market._regime_fit(
    point vector, centres vector [], shares double precision [], variance double precision
)
returns double precision []
language sql immutable parallel safe
return array(
    select
        greatest(c.share, 1e-6) * exp(-least(
            (point operator(public.<->) c.centre) ^ 2 / (2 * variance), 300
        ))
    from unnest(centres, shares) with ordinality as c (centre, share, place)
    order by c.place
);
comment on function market._regime_fit(vector, vector[], double precision[], double precision) is
'Share times Gaussian density, without its constant, for each regime.';

-- The names of new regimes: words for their middles; where a small shift of the middle
-- gives the words of the nearest old one, those.
create or replace function market._regime_names(
    centres vector [], old_centres vector [], old_names text []
)
returns text []
language plpgsql immutable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    names text[] := array_fill(null::text, array[cardinality(centres)]);
    pair record;
    word text;
    extra text;
begin
    for pair in
        select n.place as new_place, o.name
        from unnest(centres) with ordinality as n (centre, place)
        cross join unnest(old_centres, old_names) with ordinality as o (centre, name, place)
        where exists (
            select from (values (-0.2), (0), (0.2)) as t (shift)
            cross join (values (-0.15), (0), (0.15)) as v (shift)
            where o.name = market._regime_words(n.centre operator(public.+) array[
                t.shift, t.shift, t.shift, v.shift, v.shift, 0, 0
            ]::public.vector)
        )
        order by n.centre operator(public.<->) o.centre, n.place, o.place
    loop
        if names[pair.new_place] is null and pair.name <> all(array_remove(names, null)) then
            names[pair.new_place] := pair.name;
        end if;
    end loop;
    for place in 1..cardinality(centres) loop
        continue when names[place] is not null;
        word := market._regime_words(centres[place]);
        foreach extra in array array[
            '', ' near the high', ' below the high', ' in fear', ' without fear',
            ' again', ' once more', ' yet again', ' still', ' as ever', ' on and on',
            ' as before'
        ] loop
            continue when word || extra = any(array_remove(names, null));
            continue when extra = ' near the high' and (centres[place]::real[])[6] < 0.5;
            continue when extra = ' below the high' and (centres[place]::real[])[6] >= 0.5;
            continue when extra = ' in fear' and (centres[place]::real[])[7] < 0.5;
            continue when extra = ' without fear' and (centres[place]::real[])[7] >= 0.5;
            names[place] := word || extra;
            exit;
        end loop;
    end loop;
    return names;
end
$$;
comment on function market._regime_names(vector[], vector[], text[]) is
'Names of regimes: words for their middles, kept where they nearly still hold.';

-- Finds the regimes of one moment, unless they were found from the same snapshots.
create or replace function market._find_regimes(
    bar_interval text, as_of timestamptz, k integer, seed integer
)
returns boolean
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    points vector[];
    hash bytea;
    best record;
    tried record;
    new_model integer;
    old_model integer;
    names text[];
    shares double precision[];
    spread double precision;
    moves double precision[];
begin
    select
        array_agg(market.regime_coordinates(c.features) order by c.draw, c.symbol, c.ts),
        sha256(convert_to(
            string_agg(
                concat(c.symbol, ' ', extract(epoch from c.ts), ' ', c.features), ','
                order by c.draw, c.symbol, c.ts
            ) || concat(' ', k, ' ', seed), 'UTF8'
        ))
    into points, hash
    from (
        select
            s.features, s.ts, i.symbol,
            hashtextextended(i.symbol || extract(epoch from s.ts)::text, seed) as draw
        from market.snapshot_first_told as s
        inner join market.instrument as i on i.instrument_id = s.instrument_id
        where
            s.bar_interval = _find_regimes.bar_interval and s.features is not null
            and s.known_at < _find_regimes.as_of
        order by draw, i.symbol, s.ts
        limit 2000
    ) as c;
    if exists (
        select from market.regime_model as m
        where
            m.bar_interval = _find_regimes.bar_interval
            and m.as_of = _find_regimes.as_of and m.input_hash = hash
    ) then
        return false;
    end if;

    select f.* into best from market._k_means(points, k, seed) as f;
    select f.* into tried from market._k_means(points, k, seed + 1) as f;
    if tried.inertia < best.inertia then
        best := tried;
    end if;
    -- A dimension; from a floor, so that equal points do not divide by zero.
    spread := greatest(best.inertia / 7, 0.01);

    select m.model_id into old_model
    from market.regime_model as m
    where m.bar_interval = _find_regimes.bar_interval and m.as_of < _find_regimes.as_of
    order by m.as_of desc
    limit 1;
    names := market._regime_names(
        best.centres,
        array(select r.centre from market.regime as r where r.model_id = old_model order by r.regime),
        array(select r.name from market.regime as r where r.model_id = old_model order by r.regime)
    );

    -- Which is nearest, bar by bar, over the last three years; how often each follows each.
    execute format(
        $query$
        with nearest as materialized (
            select s.instrument_id, s.bar_number, %s as regime
            from (
                select
                    f.instrument_id, f.bar_number,
                    market.regime_coordinates(f.features) as point
                from market.snapshot_first_told as f
                where
                    f.bar_interval = $2 and f.features is not null and f.known_at < $3
                    and f.known_at >= $3 - interval '3 years'
                offset 0
            ) as s
        ),

        steps as (
            select n.went_from, n.regime as went_to, count(*) as times
            from (
                select
                    o.regime, o.bar_number,
                    lag(o.regime) over series as went_from,
                    lag(o.bar_number) over series as before
                from nearest as o
                window series as (partition by o.instrument_id order by o.bar_number)
            ) as n
            where n.before = n.bar_number - 1
            group by n.went_from, n.regime
        ),

        totals as (
            select t.went_from, sum(t.times) as times from steps as t group by t.went_from
        )

        select
            (
                select array_agg(
                    ((1 + coalesce(t.times, 0)) / (cardinality($1) + coalesce(a.times, 0)))
                    ::double precision order by f.i, g.j
                )
                from generate_series(1, cardinality($1)) as f (i)
                cross join generate_series(1, cardinality($1)) as g (j)
                left join steps as t on t.went_from = f.i and t.went_to = g.j
                left join totals as a on a.went_from = f.i
            ),
            (
                select array_agg(
                    (select count(*) from nearest as n where n.regime = f.i)::double precision
                    / (select count(*) from nearest) order by f.i
                )
                from generate_series(1, cardinality($1)) as f (i)
            )
        $query$,
        market._nearest_sql('s.point', '$1', cardinality(best.centres))
    ) into moves, shares using best.centres, _find_regimes.bar_interval, _find_regimes.as_of;

    delete from market.regime_model as m
    where m.bar_interval = _find_regimes.bar_interval and m.as_of = _find_regimes.as_of;
    insert into market.regime_model (
        bar_interval, as_of, seed, snapshots, input_hash, variance, transitions
    )
    values (
        _find_regimes.bar_interval, _find_regimes.as_of, seed, cardinality(points), hash,
        spread, moves
    )
    returning model_id into new_model;
    insert into market.regime (model_id, regime, name, description, centre, share)
    select
        new_model, c.place, names[c.place], market._regime_description(c.centre), c.centre,
        shares[c.place]
    from unnest(best.centres) with ordinality as c (centre, place);
    return true;
end
$$;
comment on function market._find_regimes(text, timestamptz, integer, integer) is
'Finds the regimes of one moment from what was known then; false if they were found from the same.';

-- Judges the snapshots that became known in the time of one model. The chain is given a
-- third of a year before it to settle.
create or replace function market._assign_regimes(
    model_id integer, from_known timestamptz, to_known timestamptz
)
returns integer
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    model market.regime_model;
    centres vector[];
    shares double precision[];
    written integer;
begin
    select m.* into strict model from market.regime_model as m
    where m.model_id = _assign_regimes.model_id;
    select array_agg(r.centre order by r.regime), array_agg(r.share order by r.regime)
    into centres, shares
    from market.regime as r where r.model_id = _assign_regimes.model_id;

    insert into market.snapshot_regime as known (
        snapshot_id, model_id, regime, probability, probabilities, known_at
    )
    select
        b.snapshot_id, model.model_id, array_position(b.belief, w.largest), w.largest,
        b.belief, greatest(b.known_at, model.as_of)
    from (
        select
            s.snapshot_id,
            s.known_at,
            market._regime_filter(
                market._regime_fit(
                    market.regime_coordinates(s.features), centres, shares, model.variance
                ),
                model.transitions
            ) over (
                partition by s.instrument_id order by s.ts rows unbounded preceding
            ) as belief
        from market.snapshot_first_told as s
        where
            s.bar_interval = model.bar_interval and s.features is not null
            and s.known_at >= _assign_regimes.from_known - interval '120 days'
            and s.known_at < _assign_regimes.to_known
    ) as b
    cross join lateral (select max(x.p) as largest from unnest(b.belief) as x (p)) as w
    where b.known_at >= _assign_regimes.from_known
    on conflict (snapshot_id) do update
        set
            model_id = excluded.model_id, regime = excluded.regime,
            probability = excluded.probability,
            probabilities = excluded.probabilities, known_at = excluded.known_at
        where
            (known.model_id, known.probabilities)
            is distinct from (excluded.model_id, excluded.probabilities);
    get diagnostics written = row_count;
    return written;
end
$$;
comment on function market._assign_regimes(integer, timestamptz, timestamptz) is
'Writes which regime each snapshot of a model''s time belongs to; the number that changed.';

create or replace function market.compute_regimes(
    bar_interval text default '1d',
    from_ts timestamptz default null,
    k integer default 5,
    seed integer default 20
)
returns integer
language plpgsql
security definer -- as market.compute_conditions
set search_path = pg_catalog, public, pg_temp
set enable_nestloop = off
as $$
#variable_conflict use_column
declare
    wanted_interval constant text := compute_regimes.bar_interval;
    wanted_from timestamptz := coalesce(compute_regimes.from_ts, '-infinity');
    found_at timestamptz;
    span record;
    written integer := 0;
begin
    if (compute_regimes.k between 2 and 12) is not true then
        perform ops.fail('BW327', format(
            'k is %s', coalesce(compute_regimes.k::text, 'null')
        ));
    end if;
    perform pg_advisory_xact_lock(hashtext('market.regime'), hashtext(wanted_interval));
    -- Each start of a year at which 500 snapshots were known, and that what has changed
    -- may have reached.
    for found_at in
        select y.start
        from (
            select min(c.known_at) as first_known_at, max(c.known_at) as last_known_at
            from (
                select s.known_at
                from market.snapshot_first_told as s
                where s.bar_interval = wanted_interval and s.features is not null
                order by s.known_at
                offset 499
            ) as c
        ) as h
        cross join lateral (
            select date_trunc('year', g.ts at time zone 'UTC') at time zone 'UTC' as start
            from generate_series(
                h.first_known_at + interval '1 year', h.last_known_at + interval '1 year',
                interval '1 year'
            ) as g (ts)
        ) as y
        where
            y.start > h.first_known_at and y.start <= h.last_known_at
            and y.start > wanted_from
        order by y.start
    loop
        if market._find_regimes(
            wanted_interval, found_at, compute_regimes.k, compute_regimes.seed
        ) then
            -- Its time is judged anew.
            wanted_from := least(wanted_from, found_at);
        end if;
    end loop;

    for span in
        select s.model_id, s.from_known, s.to_known
        from (
            select
                m.model_id,
                case when lag(m.as_of) over w is null then '-infinity' else m.as_of end
                    as from_known,
                coalesce(lead(m.as_of) over w, 'infinity') as to_known
            from market.regime_model as m
            where m.bar_interval = wanted_interval
            window w as (order by m.as_of)
        ) as s
        where s.to_known > wanted_from
        order by s.from_known
    loop
        written := written + market._assign_regimes(
            span.model_id, span.from_known, span.to_known
        );
    end loop;
    return written;
end
$$;
comment on function market.compute_regimes(text, timestamptz, integer, integer) is
'Finds the regimes of each year that have not been found and judges the snapshots from a time on; the number judged anew.';

create or replace function market.regime_model_at(bar_interval text, as_of timestamptz)
returns integer
language sql stable parallel safe
begin atomic
    select m.model_id
    from market.regime_model as m
    where
        m.bar_interval = regime_model_at.bar_interval
        and m.as_of <= market.as_of(regime_model_at.as_of)
    order by m.as_of desc
    limit 1;
end;
comment on function market.regime_model_at(text, timestamptz) is
'The model of regimes that counts at a moment; null before the first.';

create or replace view market.regime_transition as
select
    m.bar_interval,
    m.as_of,
    m.model_id,
    f.name as went_from,
    t.name as went_to,
    m.transitions[(f.regime - 1) * c.k + t.regime] as probability,
    m.transitions[(f.regime - 1) * c.k + f.regime] as stays,
    1 / (1 - m.transitions[(f.regime - 1) * c.k + f.regime]) as mean_bars
from market.regime_model as m
inner join market.regime as f on m.model_id = f.model_id
inner join market.regime as t on m.model_id = t.model_id
cross join lateral (
    select count(*)::integer as k from market.regime as r where r.model_id = m.model_id
) as c;
comment on view market.regime_transition is
'How likely each regime is followed by each after one bar, by model; and how many bars it lasts on average.';
