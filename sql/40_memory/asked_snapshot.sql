-- The snapshot that a pattern question is about, and the checks of the question.

create or replace function memory.asked_snapshot(
    symbol text,
    as_of timestamptz,
    k integer,
    horizons integer [],
    bar_interval text,
    lookback interval,
    min_similarity double precision,
    by text,
    text_weight double precision default 0.5
)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    asked_instrument integer;
    found_id bigint;
    unknown_horizon integer;
    first_known timestamptz;
begin
    select i.instrument_id into asked_instrument
    from market.instrument as i where i.symbol = asked_snapshot.symbol;
    if asked_instrument is null then
        perform ops.fail('BW310', format(
            'there is no symbol %s', coalesce(quote_literal(left(asked_snapshot.symbol, 100)), 'null')
        ));
    end if;
    if (asked_snapshot.k between 1 and 1000) is not true then
        perform ops.fail('BW311', format('k is %s', coalesce(asked_snapshot.k::text, 'null')));
    end if;
    select u.horizon into unknown_horizon
    from unnest(asked_snapshot.horizons) as u (horizon)
    where not exists (select from market.horizon as h where h.horizon = u.horizon);
    if found or coalesce(cardinality(asked_snapshot.horizons), 0) = 0 then
        perform ops.fail('BW312', format(
            'no outcomes are kept for a horizon of %s bars', coalesce(unknown_horizon::text, 'null')
        ));
    end if;
    if not exists (
        select from market.bar_interval as b where b.bar_interval = asked_snapshot.bar_interval
    ) then
        perform ops.fail('BW318', format(
            'there is no bar interval %s', coalesce(quote_literal(asked_snapshot.bar_interval), 'null')
        ));
    end if;
    if asked_snapshot.lookback <= interval '0' then
        perform ops.fail('BW319', format('lookback is %s', asked_snapshot.lookback));
    end if;
    if (asked_snapshot.min_similarity between -1 and 1) is not true then
        perform ops.fail('BW316', format(
            'min_similarity is %s', coalesce(asked_snapshot.min_similarity::text, 'null')
        ));
    end if;
    if (asked_snapshot.by in ('features', 'text', 'both')) is not true then
        perform ops.fail('BW317', format(
            'by is %s', coalesce(quote_literal(left(asked_snapshot.by, 100)), 'null')
        ));
    end if;

    if (asked_snapshot.text_weight between 0 and 1) is not true then
        perform ops.fail('BW325', format(
            'text_weight is %s', coalesce(asked_snapshot.text_weight::text, 'null')
        ));
    end if;

    select s.snapshot_id into found_id
    from market.snapshot_known as s
    where
        s.instrument_id = asked_instrument
        and s.bar_interval = asked_snapshot.bar_interval
        and s.ts < asked_snapshot.as_of
        and s.known_at <= asked_snapshot.as_of
        and s.known_until > asked_snapshot.as_of
    order by s.ts desc
    limit 1;
    if found_id is null then
        select min(s.known_at) into first_known
        from market.snapshot_known as s
        where
            s.instrument_id = asked_instrument and s.bar_interval = asked_snapshot.bar_interval;
        perform ops.fail('BW313', format(
            'no snapshot of %s (%s) was known at %s; the first at %s', asked_snapshot.symbol,
            asked_snapshot.bar_interval, asked_snapshot.as_of, coalesce(first_known::text, 'no time')
        ));
    end if;
    return found_id;
end
$$;
comment on function memory.asked_snapshot(
    text, timestamptz, integer, integer[], text, interval, double precision, text,
    double precision
) is 'The latest snapshot of a symbol known at a moment, after checking the question''s arguments.';
