-- Does a strategy look ahead? Its signals are computed again with nothing known after
-- each of some bars; at that bar and before they must be what they were.
--
-- Conditions cannot look ahead: every column reads earlier rows only. Data can: a bar
-- that came late or was corrected, a snapshot that rests on one. Those are told here.

create or replace function strategy.lookahead_check(
    config jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default null,
    cuts integer default 20
)
returns table (
    symbol text, ts timestamptz, cut_at timestamptz, signal text,
    told_then text, told_now text
)
language plpgsql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    query text;
    instruments constant integer[] := strategy.universe(
        lookahead_check.config, lookahead_check.symbols
    );
    moment constant timestamptz := market.as_of(lookahead_check.as_of);
    moments timestamptz[];
begin
    perform strategy.check_config(lookahead_check.config);
    if (lookahead_check.cuts between 1 and 1000) is not true then
        perform ops.fail('BW342', 'cuts is not between 1 and 1000');
    end if;
    query := strategy._compile(array[lookahead_check.config]);
    -- When the bars at which history is cut could first be known, spread evenly. A bar
    -- that came late is cut at the latest moment at which one would have acted on it.
    moments := array(
        select distinct c.known_at
        from (
            select
                b.known_at, row_number() over series as number,
                count(*) over () as bars
            from market.bar_first_told as b
            where
                b.instrument_id = any(instruments)
                and b.bar_interval = coalesce(lookahead_check.config ->> 'interval', '1d')
                and b.known_at <= moment
                and b.ts >= coalesce(lookahead_check.from_ts, '-infinity')
                and b.ts <= coalesce(lookahead_check.to_ts, 'infinity')
            window series as (order by b.ts, b.instrument_id)
        ) as c
        where
            c.number * lookahead_check.cuts / c.bars
            > (c.number - 1) * lookahead_check.cuts / c.bars
        order by c.known_at
    );

    return query execute format(
        $query$
        with told as materialized (
            select s.instrument_id, s.symbol, s.ts, s.known_at, s.enter, s.leave, s.score
            from (%1$s) as s
        )
        select t.symbol, t.ts, c.cut_at, d.signal, d.told_then, d.told_now
        from unnest($3::timestamptz[]) as c (cut_at)
        cross join lateral (
            select x.instrument_id, x.symbol, x.ts, x.enter, x.leave, x.score
            from (%2$s) as x
        ) as s
        inner join told as t on t.instrument_id = s.instrument_id and t.ts = s.ts
        cross join lateral (values
            ('enter', s.enter::text, t.enter::text),
            ('leave', s.leave::text, t.leave::text),
            ('score', s.score::text, t.score::text)
        ) as d (signal, told_then, told_now)
        where
            d.told_then is distinct from d.told_now
            and t.ts >= $4 and t.ts <= $5
        order by c.cut_at, t.symbol, t.ts, d.signal
        $query$,
        query, replace(query, '$2::timestamptz', 'c.cut_at')
    ) using
        instruments, moment, moments,
        coalesce(lookahead_check.from_ts, '-infinity'),
        coalesce(lookahead_check.to_ts, 'infinity');
end
$$;
comment on function strategy.lookahead_check(
    jsonb, text[], timestamptz, timestamptz, timestamptz, integer
) is
'The signals that were others with nothing known after the cuts of history: none, unless bars came late or were corrected.';
