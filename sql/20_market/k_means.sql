-- Groups of like points: k-means (Lloyd 1982), with beginnings drawn by squared
-- distance (Arthur and Vassilvitskii 2007). Draws are hashes: the same points and seed
-- give the same groups.

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
            g.i,
            format('%s operator(public.<->) (%s)[%s]', point, centres, g.i) as distance
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
