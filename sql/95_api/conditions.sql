-- The market as a whole, and when it was like this; regimes and how they follow each
-- other.
-- Example: select * from api.similar_conditions('2018-02-05')

create or replace view api.conditions as
select
    c.ts,
    c.bar_interval,
    c.known_at,
    c.instruments,
    c.index_return_1,
    c.index_return_5,
    c.index_return_20,
    c.index_return_60,
    c.index_ema_50_distance,
    c.index_ema_200_distance,
    c.index_drawdown_252,
    c.index_realised_vol_20,
    c.vix,
    c.vix_change_1,
    c.vix_change_5,
    c.vix_ratio,
    c.advancing,
    c.above_ema_50,
    c.above_ema_200,
    c.at_high,
    c.dispersion_20,
    c.mean_correlation_60,
    c.btc_return_5,
    c.sectors,
    c.best_sector,
    c.worst_sector,
    c.features,
    c.text_form
from market.condition as c;
comment on view api.conditions is
'The market as a whole at the close of each session: index, volatility, breadth, sectors.';

create or replace view api.regimes as
select
    m.bar_interval,
    m.as_of as found_at,
    r.name,
    r.description,
    r.share,
    t.stays,
    t.mean_bars,
    m.snapshots as found_from
from market.regime as r
inner join market.regime_model as m on r.model_id = m.model_id
inner join market.regime_transition as t
    on r.model_id = t.model_id and r.name = t.went_from and r.name = t.went_to;
comment on view api.regimes is
'The recurring states found at the start of each year from what was known then, and how long each lasts.';

create or replace view api.regime_transitions as
select
    t.bar_interval,
    t.as_of as found_at,
    t.went_from,
    t.went_to,
    t.probability
from market.regime_transition as t;
comment on view api.regime_transitions is
'How likely each regime is followed by each after one bar.';

create or replace view api.snapshot_regimes as
select
    s.snapshot_id,
    i.symbol,
    s.bar_interval,
    s.ts,
    r.name as regime,
    k.probability,
    k.known_at
from market.snapshot_regime as k
inner join market.snapshot as s on k.snapshot_id = s.snapshot_id
inner join market.instrument as i on s.instrument_id = i.instrument_id
inner join market.regime as r on k.model_id = r.model_id and k.regime = r.regime;
comment on view api.snapshot_regimes is
'Which regime each snapshot belongs to, with what probability, and when that was known.';

create or replace function market.similar_conditions(
    as_of timestamptz,
    k integer,
    horizon integer,
    bar_interval text,
    lookback interval,
    min_similarity double precision
)
returns table (
    rank integer, ts timestamptz, similarity double precision,
    forward_return double precision, max_gain double precision,
    max_loss double precision, outcome_known_at timestamptz, text_form text
)
language plpgsql stable rows 20
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := market.as_of(similar_conditions.as_of);
    wanted_horizon constant integer := similar_conditions.horizon;
    asked market.condition;
    found_row record;
    taken int8multirange := '{}'::int8multirange;
begin
    if (similar_conditions.k between 1 and 1000) is not true then
        perform ops.fail('BW311', format(
            'k is %s', coalesce(similar_conditions.k::text, 'null')
        ));
    end if;
    if (similar_conditions.min_similarity between -1 and 1) is not true then
        perform ops.fail('BW316', format(
            'min_similarity is %s', coalesce(similar_conditions.min_similarity::text, 'null')
        ));
    end if;
    if not exists (
        select from market.horizon as h where h.horizon = wanted_horizon
    ) then
        perform ops.fail('BW312', format(
            'no outcomes are kept for a horizon of %s bars',
            coalesce(wanted_horizon::text, 'null')
        ));
    end if;
    select c.* into asked from market.condition as c
    where c.bar_interval = similar_conditions.bar_interval and c.known_at <= moment
    order by c.ts desc limit 1;
    if not found then
        perform ops.fail('BW313', format(
            'no condition of the market (%s) was known at %s',
            coalesce(similar_conditions.bar_interval, 'null'), moment
        ));
    end if;

    rank := 0;
    for found_row in
        select d.number, d.ts, d.similarity, d.text_form
        from (
            select
                row_number() over (order by c.ts) as number, c.ts, c.text_form,
                1 - (c.features operator(public.<=>) asked.features) as similarity
            from market.condition as c
            where
                c.bar_interval = asked.bar_interval and c.known_at <= moment
                and c.ts <= asked.ts
                and (
                    similar_conditions.lookback is null
                    or c.ts >= asked.ts - similar_conditions.lookback
                )
        ) as d
        order by d.ts = asked.ts desc, d.similarity desc nulls last, d.ts
    loop
        -- The first is the one asked about: what overlaps with it is it again.
        if found_row.number <@ taken then
            continue;
        end if;
        taken := taken + int8multirange(int8range(
            found_row.number - wanted_horizon + 1, found_row.number + wanted_horizon
        ));
        continue when found_row.ts = asked.ts;
        exit when (found_row.similarity >= similar_conditions.min_similarity) is not true;
        rank := rank + 1;
        ts := found_row.ts;
        similarity := found_row.similarity;
        text_form := found_row.text_form;
        select o.forward_return, o.max_gain, o.max_loss, o.known_at
        into forward_return, max_gain, max_loss, outcome_known_at
        from market.snapshot as s
        inner join market.outcome_known as o
            on
                o.snapshot_id = s.snapshot_id and o.horizon = wanted_horizon
                and o.known_at <= moment and o.known_until > moment
        where
            s.instrument_id = market.yardstick_id('equity')
            and s.bar_interval = asked.bar_interval and s.ts = found_row.ts;
        return next;
        exit when rank >= similar_conditions.k;
    end loop;
end
$$;
comment on function market.similar_conditions(
    timestamptz, integer, integer, text, interval, double precision
) is
'The k earlier days on which the market as a whole was most like the last one known, and what the index did then.';
revoke all on function market.similar_conditions(
    timestamptz, integer, integer, text, interval, double precision
) from public;

create or replace function api.similar_conditions(
    as_of timestamptz default now(),
    k integer default 20,
    horizon integer default 5,
    bar_interval text default '1d',
    lookback interval default null,
    min_similarity double precision default 0.7
)
returns table (
    rank integer, ts timestamptz, similarity double precision,
    forward_return double precision, max_gain double precision,
    max_loss double precision, outcome_known_at timestamptz, text_form text
)
language sql stable rows 20
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
    select c.*
    from market.similar_conditions(
        as_of, k, horizon, bar_interval, lookback, min_similarity
    ) as c
$$;
comment on function api.similar_conditions(
    timestamptz, integer, integer, text, interval, double precision
) is
'When was the market as a whole like this? The k days most like the last one known at as_of, at least `horizon` sessions apart, and what the index did after (null where it was not yet known).';

create or replace function api.regime(
    symbol text, as_of timestamptz default now(), bar_interval text default '1d'
)
returns table (
    ts timestamptz, regime text, probability double precision,
    description text, bars_so_far bigint, stays double precision
)
language plpgsql stable rows 1
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := market.as_of(regime.as_of);
    asked_id constant bigint := memory.asked_snapshot(
        regime.symbol, moment, 1, '{1}', regime.bar_interval, null, 0, 'features'
    );
begin
    return query
    with judged as (
        select
            s.snapshot_id, s.ts, s.bar_number, k.model_id, k.regime, k.probability,
            g.name
        from market.snapshot as asked
        inner join market.snapshot as s
            on
                s.instrument_id = asked.instrument_id
                and s.bar_interval = asked.bar_interval and s.ts <= asked.ts
        inner join market.snapshot_regime as k
            on k.snapshot_id = s.snapshot_id and k.known_at <= moment
        inner join market.regime as g
            on g.model_id = k.model_id and g.regime = k.regime
        where asked.snapshot_id = asked_id
    )

    select
        j.ts, j.name, j.probability, g.description,
        j.bar_number - coalesce((
            select max(o.bar_number) from judged as o
            where o.bar_number < j.bar_number and o.name <> j.name
        ), (select min(o.bar_number) - 1 from judged as o))::bigint,
        t.stays
    from judged as j
    inner join market.regime as g on g.model_id = j.model_id and g.regime = j.regime
    inner join market.regime_transition as t
        on t.model_id = j.model_id and t.went_from = j.name and t.went_to = j.name
    where j.snapshot_id = asked_id;
end
$$;
comment on function api.regime(text, timestamptz, text) is
'The regime of a symbol as of a moment, since how many bars, and the chance that it stays; no row before the first model was found.';
