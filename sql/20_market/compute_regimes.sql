-- Regimes: recurring states of an instrument, found from the snapshots of all.
--
-- At the start of each year a model is found from what was known then: k-means over
-- seven coordinates of the feature vectors of 2000 drawn snapshots, the better of two
-- seeds. The middles are taken as those of Gaussians of equal width, so that each
-- snapshot has a chance of belonging to each; a Markov chain over them (filter only:
-- nobody looks ahead) keeps one noisy day from being another regime. Each snapshot is
-- judged once, by the model that was the latest when it was known; those before the
-- first model by that one.
--
-- Names are words for the middle, so that a name means the same in every model; one
-- that was near a limit of the words keeps the name it had. Draws are hashes of the
-- seed: the same snapshots give the same regimes.

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
    old_hash bytea;
    names text[];
    shares double precision[];
    spread double precision;
    moves double precision[];
begin
    -- Names come from the model before: if that is another, so is this.
    select m.model_id, m.input_hash into old_model, old_hash
    from market.regime_model as m
    where m.bar_interval = _find_regimes.bar_interval and m.as_of < _find_regimes.as_of
    order by m.as_of desc
    limit 1;
    select
        array_agg(market.regime_coordinates(c.features) order by c.draw, c.symbol, c.ts),
        sha256(convert_to(
            string_agg(
                concat(c.symbol, ' ', extract(epoch from c.ts), ' ', c.features), ','
                order by c.draw, c.symbol, c.ts
            ) || concat(' ', k, ' ', seed, ' ', old_hash), 'UTF8'
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
