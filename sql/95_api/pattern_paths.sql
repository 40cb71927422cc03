-- Similar stretches laid over the present one, for a picture: prices relative to the
-- bar of the snapshot (1.0), bars before and after it counted from 0.
--
-- Nothing after as_of is in it: a stretch whose sequel was not over then ends early.

create or replace function api.pattern_paths(
    symbol text,
    as_of timestamptz default now(),
    k integer default 20,
    before integer default 40,
    after integer default 20,
    by text default 'features'
)
returns jsonb
language plpgsql stable
security definer -- bars are read by instrument, which api.bars does not show
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := market.as_of(pattern_paths.as_of);
    result jsonb;
begin
    if pattern_paths.before not between 1 and 500
        or pattern_paths.after not between 1 and 250
    then
        perform ops.fail('BW311', 'before is 1 to 500 bars and after 1 to 250');
    end if;
    with stretch as (
        select 0 as rank, null::bigint as snapshot_id, a.symbol, a.ts,
            1::double precision as similarity
        from (
            select pattern_paths.symbol as symbol, s.ts
            from market.instrument as i
            inner join market.snapshot_known as s
                on i.instrument_id = s.instrument_id and s.bar_interval = '1d'
            where i.symbol = pattern_paths.symbol
            and s.known_at <= moment and s.known_until > moment
            order by s.ts desc limit 1
        ) as a
        union all
        select m.rank, m.snapshot_id, m.symbol, m.ts, m.similarity
        from api.similar_patterns(
            pattern_paths.symbol, pattern_paths.as_of, pattern_paths.k,
            by => pattern_paths.by
        ) as m
    ),
    point as (
        select t.rank, t.symbol, p.bar, p.close / t.close as relative
        from (
            select stretch.*, i.instrument_id, b.close
            from stretch
            inner join market.instrument as i on stretch.symbol = i.symbol
            inner join lateral market.bars_known(i.instrument_id, '1d', moment) as b
                on stretch.ts = b.ts
        ) as t
        cross join lateral (
            select 1 - row_number() over (order by h.ts desc) as bar, h.close
            from (
                select b.ts, b.close
                from market.bars_known(t.instrument_id, '1d', moment) as b
                where b.ts <= t.ts
                order by b.ts desc limit pattern_paths.before + 1
            ) as h
            union all
            select row_number() over (order by f.ts), f.close
            from (
                select b.ts, b.close
                from market.bars_known(t.instrument_id, '1d', moment) as b
                where b.ts > t.ts
                order by b.ts limit pattern_paths.after
            ) as f
        ) as p
    ),
    line as (
        select p.rank, jsonb_agg(
            jsonb_build_array(p.bar, round(p.relative::numeric, 6)) order by p.bar
        ) as points
        from point as p group by p.rank
    ),
    fan as (
        select p.bar, count(*) as n, percentile_cont(
            array[0.05, 0.25, 0.5, 0.75, 0.95]
        ) within group (order by p.relative) as at
        from point as p where p.rank > 0 and p.bar > 0 group by p.bar
    )
    select jsonb_build_object(
        'symbol', pattern_paths.symbol, 'as_of', moment,
        'present', (select l.points from line as l where l.rank = 0),
        'stretches', coalesce(
            (
                select jsonb_agg(
                    jsonb_build_object(
                        'rank', s.rank, 'snapshot_id', s.snapshot_id,
                        'symbol', s.symbol, 'ts', s.ts, 'similarity', s.similarity,
                        'points', l.points
                    ) order by s.rank
                )
                from stretch as s inner join line as l using (rank) where s.rank > 0
            ), '[]'
        ),
        'fan', coalesce(
            (
                select jsonb_agg(
                    jsonb_build_object(
                        'bar', f.bar, 'n', f.n, 'p05', f.at[1], 'p25', f.at[2],
                        'p50', f.at[3], 'p75', f.at[4], 'p95', f.at[5]
                    ) order by f.bar
                )
                from fan as f
            ), '[]'
        )
    ) into result;
    return result;
end
$$;
comment on function api.pattern_paths(
    text, timestamptz, integer, integer, integer, text
) is
'Closes around each similar snapshot relative to its own bar, the present stretch and '
'the percentiles of what followed, as one document for a picture.';
