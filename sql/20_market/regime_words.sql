-- What regimes are found from, and what they are called.

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
        'quarter %s, against ema 50 %s, ema 200 %s; volatility of a month against '
        'a quarter %s, a year %s; drawdown %s, vix %s (in scales from usual)',
        round(c.x[1]::numeric, 1), round(c.x[2]::numeric, 1), round(c.x[3]::numeric, 1),
        round(c.x[4]::numeric, 1), round(c.x[5]::numeric, 1), round(c.x[6]::numeric, 1),
        round(c.x[7]::numeric, 1)
    )
    from (select centre::real[] as x) as c
);
comment on function market._regime_description(vector) is 'A regime''s middle in numbers.';

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
