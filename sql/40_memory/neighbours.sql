-- The snapshots most like one, among those known as of a moment: the heart of the
-- pattern search. Exact: what is not compared cannot be among them.
--
-- Neighbours are thinned: of one instrument, no two (and none and the snapshot itself)
-- are nearer than `horizon` bars, since what followed them would be the same thing told
-- twice. The best of such a group stays.

-- Example: memory.pattern_filter('{"symbol": "AAPL", "from": "2015-01-01"}')
-- checks the filters and resolves symbols, classes and sectors to instruments. A number
-- of the snapshot may be given a range: {"open_interest_change_24h": {"min": 0.1}}.
create or replace function memory._range_filter(field text, range jsonb)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    unknown text;
begin
    if not exists (
        select from pg_attribute as a
        where
            a.attrelid = 'market.snapshot'::regclass and a.attname = field
            and a.attnum > 0 and a.atttypid = 'double precision'::regtype
    ) then
        perform ops.fail('BW314', format('unknown filter %s', quote_literal(left(field, 60))));
    end if;
    if jsonb_typeof(range) <> 'object' or range = '{}' then
        perform ops.fail('BW315', format(
            'filter %s needs {"min": number, "max": number}, not %s', quote_literal(field),
            left(range::text, 100)
        ));
    end if;
    select e.key into unknown from jsonb_each(range) as e
    where e.key not in ('min', 'max') or jsonb_typeof(e.value) <> 'number' limit 1;
    if found then
        perform ops.fail('BW315', format(
            'filter %s: %s is no number called min or max', quote_literal(field),
            quote_literal(left(unknown, 60))
        ));
    end if;
    return concat_ws(
        ' and ',
        case when range ? 'min' then
            format('s.%I >= %L::double precision', field, range ->> 'min')
        end,
        case when range ? 'max' then
            format('s.%I <= %L::double precision', field, range ->> 'max')
        end
    );
end
$$;
comment on function memory._range_filter(text, jsonb) is
'The condition that a number of the snapshot lies in a range; what has no number is left out.';

create or replace function memory.pattern_filter(
    filters jsonb,
    out instrument_ids integer [], out regimes text [], out sessions text [],
    out from_ts timestamptz, out to_ts timestamptz, out ranges text
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    filter record;
    texts text[];
    symbols text[];
    classes text[];
    sectors text[];
begin
    if jsonb_typeof(coalesce(filters, '{}')) <> 'object' then
        perform ops.fail('BW315', format('filters are a JSON object, not %s', jsonb_typeof(filters)));
    end if;
    for filter in select e.key, e.value from jsonb_each(coalesce(filters, '{}')) as e loop
        if filter.key not in (
            'symbol', 'asset_class', 'sector', 'regime', 'session', 'from', 'to'
        ) then
            ranges := concat_ws(
                ' and ', ranges, memory._range_filter(filter.key, filter.value)
            );
            continue;
        end if;
        if jsonb_typeof(filter.value) = 'string' then
            texts := array[filter.value #>> '{}'];
        elsif
            jsonb_typeof(filter.value) = 'array' and filter.key not in ('from', 'to')
            and not jsonb_path_exists(filter.value, 'strict $[*] ? (@.type() != "string")')
        then
            texts := array(select jsonb_array_elements_text(filter.value));
        else
            perform ops.fail('BW315', format(
                'filter %s cannot be %s', quote_literal(filter.key), left(filter.value::text, 100)
            ));
        end if;
        case filter.key
            when 'symbol' then symbols := texts;
            when 'asset_class' then classes := texts;
            when 'sector' then sectors := texts;
            when 'regime' then regimes := texts;
            when 'session' then sessions := texts;
            else
                begin
                    if filter.key = 'from' then
                        from_ts := texts[1]::timestamptz;
                    else
                        to_ts := market.as_of(texts[1]::timestamptz);
                    end if;
                exception
                    when invalid_datetime_format or datetime_field_overflow then
                        perform ops.fail('BW315', format(
                            'filter %s is no time: %s', quote_literal(filter.key),
                            quote_literal(left(texts[1], 100))
                        ));
                end;
        end case;
    end loop;
    if symbols is not null or classes is not null or sectors is not null then
        select array_agg(u.symbol) into texts
        from unnest(symbols) as u (symbol)
        where not exists (select from market.instrument as i where i.symbol = u.symbol);
        if texts is not null then
            perform ops.fail('BW310', format('there is no symbol %s', left(texts[1], 100)));
        end if;
        instrument_ids := array(
            select i.instrument_id
            from market.instrument as i
            where
                (symbols is null or i.symbol = any(symbols))
                and (classes is null or i.asset_class = any(classes))
                and (sectors is null or i.sector = any(sectors))
        );
    end if;
end
$$;
comment on function memory.pattern_filter(jsonb) is
'Checks the filters of a pattern search and resolves them to instruments, regimes, sessions, times and ranges.';

-- Which table and vector to compare the text of a snapshot with.
create or replace function memory._text_embedding(
    snapshot_id bigint, as_of timestamptz, out model_id integer, out table_name text,
    out embedding vector
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    model memory.model;
begin
    for model in select m.* from memory.model as m order by m.model_id loop
        -- What a correction has replaced since has the embedding that it had then.
        select e.embedding into embedding
        from market.snapshot_version as v
        inner join memory.embedding_version as e
            on v.snapshot_id = e.snapshot_id and v.known_until = e.known_until
        where
            e.model_id = model.model_id and v.snapshot_id = _text_embedding.snapshot_id
            and v.known_at <= _text_embedding.as_of
            and v.known_until > _text_embedding.as_of;
        if not found then
            execute format(
                'select e.embedding from memory.%I as e '
                'inner join market.snapshot as s on s.snapshot_id = e.source_id '
                'where e.tenant_id = 0 and e.source = ''snapshot'' and e.source_id = $1 '
                'and s.known_at <= $2',
                model.table_name
            ) into embedding using _text_embedding.snapshot_id, _text_embedding.as_of;
        end if;
        if embedding is not null then
            model_id := model.model_id;
            table_name := model.table_name;
            return;
        end if;
    end loop;
    perform ops.fail('BW320', format('snapshot %s has no text embedding', snapshot_id));
end
$$;
comment on function memory._text_embedding(bigint, timestamptz) is
'The text embedding of a snapshot as it was known at a moment by the first model that has one, or BW320.';

-- What only the snapshot's own row can say, as a condition on s with the regimes as $2
-- and the sessions as $3; null without any.
create or replace function memory._row_filter(
    regimes text [], sessions text [], ranges text
)
returns text
language sql immutable parallel safe
return nullif(concat_ws(
    ' and ',
    case when regimes is not null then
        '(s.regime = any($2) or exists ('
        'select from market.snapshot_regime as r inner join market.regime as g '
        'on g.model_id = r.model_id and g.regime = r.regime '
        'where r.snapshot_id = s.snapshot_id and r.known_at <= $4 '
        'and g.name = any($2)))'
    end,
    case when sessions is not null then 's.session = any($3)' end,
    ranges
), '');
comment on function memory._row_filter(text[], text[], text) is
'The condition that regimes, sessions and ranges put on a snapshot''s row.';

-- Candidates, the nearest first, that pass a condition on their rows, thinned: in
-- portions, until enough pass.
create or replace function memory._passing(
    candidates public.pattern_match [],
    asked market.snapshot_known,
    as_of timestamptz,
    k integer,
    horizon integer,
    row_filter text,
    regimes text [],
    sessions text []
)
returns table (
    rank integer, neighbour_id bigint, instrument_id integer, ts timestamptz,
    similarity double precision
)
language plpgsql stable rows 50
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    portion constant integer := 500;
    -- Bars that are taken, as instrument * 2^32 + bar number.
    place bigint := asked.instrument_id::bigint * 4294967296 + asked.bar_number;
    taken int8multirange := int8multirange(int8range(place - horizon + 1, place + horizon));
    first integer := 1;
begin
    -- Without a condition the extension has thinned them.
    if _passing.row_filter is null then
        return query
        select m.place::integer, m.id, m.group_id, m.ts, m.similarity
        from unnest(candidates) with ordinality as m (
            id, group_id, number, ts, similarity, place
        )
        order by m.place;
        return;
    end if;
    rank := 0;
    while first <= coalesce(cardinality(candidates), 0) loop
        for neighbour_id, instrument_id, place, ts, similarity in execute format(
            $query$
            select
                m.id, m.group_id, m.group_id::bigint * 4294967296 + m.number, m.ts,
                m.similarity
            from unnest($1) with ordinality as m (
                id, group_id, number, ts, similarity, place
            )
            inner join market.snapshot_known as s on s.snapshot_id = m.id
            where s.known_at <= $4 and s.known_until > $4 and %s
            order by m.place
            $query$,
            row_filter
        ) using candidates[first:first + portion - 1], regimes, sessions, _passing.as_of
        loop
            continue when place <@ taken;
            taken := taken + int8multirange(int8range(place - horizon + 1, place + horizon));
            rank := rank + 1;
            return next;
            if rank >= k then
                return;
            end if;
        end loop;
        first := first + portion;
    end loop;
end
$$;
comment on function memory._passing(
    public.pattern_match[], market.snapshot_known, timestamptz, integer, integer, text,
    text[], text[]
) is 'Those of the nearest that pass a condition on their rows, if any; thinned.';

-- By features: every block that may hold a candidate is scanned by the extension, which
-- also thins.
create or replace function memory._neighbours_by_features(
    asked market.snapshot_known,
    as_of timestamptz,
    k integer,
    horizon integer,
    after timestamptz,
    before timestamptz,
    min_similarity double precision,
    instrument_ids integer [],
    row_filter text,
    regimes text [],
    sessions text []
)
returns table (
    rank integer, neighbour_id bigint, instrument_id integer, ts timestamptz,
    similarity double precision
)
language plpgsql stable rows 50
set search_path = pg_catalog, pg_temp
-- A sequential scan of a table larger than a quarter of shared_buffers goes through a
-- ring of 32 pages: each question would copy a million snapshots from the kernel anew.
set enable_seqscan = off
-- The blocks are in memory: to announce each page costs as much as to find it.
set effective_io_concurrency = 0
as $$
#variable_conflict use_column
declare
    found_all public.pattern_match[];
    likely public.pattern_candidates;
    least double precision;
    first_count integer;
    first_block integer;
begin
    if asked.features is null then
        return;
    end if;
    -- What the likeliest blocks hold says how alike a neighbour is at least: blocks that
    -- cannot hold such a one are left alone.
    if row_filter is null then
        likely := memory._likely_blocks(
            'features', asked.bar_interval, asked.features, _neighbours_by_features.as_of, _neighbours_by_features.before,
            _neighbours_by_features.after, _neighbours_by_features.min_similarity, _neighbours_by_features.instrument_ids
        );
    end if;
    if likely.blocks is not null then
        least := _neighbours_by_features.min_similarity;
        foreach first_count in array memory._first_blocks(k) loop
            first_block := cardinality(likely.blocks) - first_count + 1;
            exit when first_block < first_count or likely.bounds[first_block] < least;
            select public.pattern_floor(
                b.entries, b.instrument_id, asked.features, _neighbours_by_features.as_of,
                _neighbours_by_features.before, _neighbours_by_features.after, least, k, horizon,
                asked.instrument_id, asked.bar_number
            ) into least
            from unnest(likely.group_ids[first_block:], likely.blocks[first_block:]) as w (
                instrument_id, block
            )
            inner join market.snapshot_block as b
                on
                    b.bar_interval = asked.bar_interval and w.instrument_id = b.instrument_id
                    and w.block = b.block;
        end loop;
        first_block := width_bucket(least, likely.bounds) + 1;
        select public.pattern_nearest(
            b.entries, b.instrument_id, asked.features, _neighbours_by_features.as_of, _neighbours_by_features.before,
            _neighbours_by_features.after, least, k, horizon, asked.instrument_id, asked.bar_number
        ) into found_all
        from (
            select b.instrument_id, b.entries
            from unnest(likely.group_ids[first_block:], likely.blocks[first_block:]) as w (
                instrument_id, block
            )
            inner join market.snapshot_block as b
                on
                    b.bar_interval = asked.bar_interval and w.instrument_id = b.instrument_id
                    and w.block = b.block
            union all
            select b.instrument_id, b.entries
            from market.snapshot_block as b
            where
                b.bar_interval = asked.bar_interval and not b.sketched
                and (
                    _neighbours_by_features.instrument_ids is null
                    or b.instrument_id = any(_neighbours_by_features.instrument_ids)
                )
        ) as b;
    -- Two statements, because one would have one plan for both.
    elsif _neighbours_by_features.instrument_ids is null then
        select public.pattern_nearest(
            b.entries, b.instrument_id, asked.features, _neighbours_by_features.as_of,
            _neighbours_by_features.before, _neighbours_by_features.after,
            _neighbours_by_features.min_similarity,
            case when row_filter is null then k else 2147483647 end,
            case when row_filter is null then horizon else 0 end,
            asked.instrument_id, asked.bar_number
        ) into found_all
        from market.snapshot_block as b
        where
            b.bar_interval = asked.bar_interval
            and b.first_ts < _neighbours_by_features.before
            and b.last_ts >= _neighbours_by_features.after
            and b.first_known_at <= _neighbours_by_features.as_of;
    else
        select public.pattern_nearest(
            b.entries, b.instrument_id, asked.features, _neighbours_by_features.as_of,
            _neighbours_by_features.before, _neighbours_by_features.after,
            _neighbours_by_features.min_similarity,
            case when row_filter is null then k else 2147483647 end,
            case when row_filter is null then horizon else 0 end,
            asked.instrument_id, asked.bar_number
        ) into found_all
        from market.snapshot_block as b
        where
            b.bar_interval = asked.bar_interval
            and b.instrument_id = any(_neighbours_by_features.instrument_ids)
            and b.first_ts < _neighbours_by_features.before
            and b.last_ts >= _neighbours_by_features.after
            and b.first_known_at <= _neighbours_by_features.as_of;
    end if;
    return query
    select p.* from memory._passing(
        found_all, asked, _neighbours_by_features.as_of, _neighbours_by_features.k,
        _neighbours_by_features.horizon, _neighbours_by_features.row_filter,
        _neighbours_by_features.regimes, _neighbours_by_features.sessions
    ) as p;
end
$$;
comment on function memory._neighbours_by_features(
    market.snapshot_known, timestamptz, integer, integer, timestamptz, timestamptz,
    double precision, integer[], text, text[], text[]
) is 'memory.neighbours by the feature vector alone.';

-- By text: the same with the blocks of text embeddings. Where some could not be made
-- yet, all are made from their rows for this question: the answer is the same.
create or replace function memory._neighbours_by_text(
    asked market.snapshot_known,
    as_of timestamptz,
    k integer,
    horizon integer,
    after timestamptz,
    before timestamptz,
    min_similarity double precision,
    instrument_ids integer [],
    row_filter text,
    regimes text [],
    sessions text []
)
returns table (
    rank integer, neighbour_id bigint, instrument_id integer, ts timestamptz,
    similarity double precision
)
language plpgsql stable rows 50
set search_path = pg_catalog, pg_temp
-- As for features.
set enable_seqscan = off
set effective_io_concurrency = 0
as $$
#variable_conflict use_column
declare
    found_all public.pattern_match[];
    wanted public.vector;
    model integer;
    likely public.pattern_candidates;
    least double precision;
    first_count integer;
    first_block integer;
begin
    select t.model_id, public.pattern_round(t.embedding) into model, wanted
    from memory._text_embedding(asked.snapshot_id, _neighbours_by_text.as_of) as t;
    -- What the likeliest blocks hold says how alike a neighbour is at least: blocks that
    -- cannot hold such a one are left alone.
    if row_filter is null then
        likely := memory._likely_blocks(
            format('text %s', model), asked.bar_interval, wanted, _neighbours_by_text.as_of, _neighbours_by_text.before,
            _neighbours_by_text.after, _neighbours_by_text.min_similarity, _neighbours_by_text.instrument_ids
        );
    end if;
    if exists (
        select from memory.text_block as b
        where
            b.model_id = model and b.bar_interval = asked.bar_interval
            and b.entries is null
    ) then
        select public.pattern_nearest(
            b.entries, b.instrument_id, wanted, _neighbours_by_text.as_of,
            _neighbours_by_text.before, _neighbours_by_text.after,
            _neighbours_by_text.min_similarity,
            case when row_filter is null then k else 2147483647 end,
            case when row_filter is null then horizon else 0 end,
            asked.instrument_id, asked.bar_number
        ) into found_all
        from memory.text_entries(
            model, asked.bar_interval, _neighbours_by_text.instrument_ids
        ) as b;
    elsif likely.blocks is not null then
        least := _neighbours_by_text.min_similarity;
        foreach first_count in array memory._first_blocks(k) loop
            first_block := cardinality(likely.blocks) - first_count + 1;
            exit when first_block < first_count or likely.bounds[first_block] < least;
            select public.pattern_floor(
                b.entries, b.instrument_id, wanted, _neighbours_by_text.as_of,
                _neighbours_by_text.before, _neighbours_by_text.after, least, k, horizon,
                asked.instrument_id, asked.bar_number
            ) into least
            from unnest(likely.group_ids[first_block:], likely.blocks[first_block:]) as w (
                instrument_id, block
            )
            inner join memory.text_block as b
                on
                    b.model_id = model and b.bar_interval = asked.bar_interval
                    and w.instrument_id = b.instrument_id and w.block = b.block;
        end loop;
        first_block := width_bucket(least, likely.bounds) + 1;
        select public.pattern_nearest(
            b.entries, b.instrument_id, wanted, _neighbours_by_text.as_of, _neighbours_by_text.before,
            _neighbours_by_text.after, least, k, horizon, asked.instrument_id, asked.bar_number
        ) into found_all
        from (
            select b.instrument_id, b.entries
            from unnest(likely.group_ids[first_block:], likely.blocks[first_block:]) as w (
                instrument_id, block
            )
            inner join memory.text_block as b
                on
                    b.model_id = model and b.bar_interval = asked.bar_interval
                    and w.instrument_id = b.instrument_id and w.block = b.block
            union all
            select b.instrument_id, b.entries
            from memory.text_block as b
            where
                b.model_id = model and b.bar_interval = asked.bar_interval and not b.sketched
                and (
                    _neighbours_by_text.instrument_ids is null
                    or b.instrument_id = any(_neighbours_by_text.instrument_ids)
                )
        ) as b;
    else
        select public.pattern_nearest(
            b.entries, b.instrument_id, wanted, _neighbours_by_text.as_of,
            _neighbours_by_text.before, _neighbours_by_text.after,
            _neighbours_by_text.min_similarity,
            case when row_filter is null then k else 2147483647 end,
            case when row_filter is null then horizon else 0 end,
            asked.instrument_id, asked.bar_number
        ) into found_all
        from memory.text_block as b
        where
            b.model_id = model and b.bar_interval = asked.bar_interval
            and (
                _neighbours_by_text.instrument_ids is null
                or b.instrument_id = any(_neighbours_by_text.instrument_ids)
            )
            and b.first_ts < _neighbours_by_text.before
            and b.last_ts >= _neighbours_by_text.after
            and b.first_known_at <= _neighbours_by_text.as_of;
    end if;
    return query
    select p.* from memory._passing(
        found_all, asked, _neighbours_by_text.as_of, _neighbours_by_text.k,
        _neighbours_by_text.horizon, _neighbours_by_text.row_filter,
        _neighbours_by_text.regimes, _neighbours_by_text.sessions
    ) as p;
end
$$;
comment on function memory._neighbours_by_text(
    market.snapshot_known, timestamptz, integer, integer, timestamptz, timestamptz,
    double precision, integer[], text, text[], text[]
) is 'memory.neighbours by the embedding of the text alone, rounded to eight bits an element.';

create or replace function memory.neighbours(
    snapshot_id bigint,
    as_of timestamptz,
    k integer,
    horizon integer,
    lookback interval,
    min_similarity double precision,
    filters jsonb,
    by text,
    text_weight double precision default 0.5
)
returns table (
    rank integer, neighbour_id bigint, instrument_id integer, ts timestamptz,
    similarity double precision
)
language plpgsql stable rows 50
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    asked market.snapshot_known;
    wanted record;
    text_form record;
    likeness text;
    source text;
    -- Bars that are taken, as instrument * 2^32 + bar number.
    place bigint;
    bar_number bigint;
    taken int8multirange;
    found_count integer := 0;
begin
    select s.* into strict asked
    from market.snapshot_known as s
    where
        s.snapshot_id = neighbours.snapshot_id and s.known_at <= neighbours.as_of
        and s.known_until > neighbours.as_of;
    select * into wanted from memory.pattern_filter(neighbours.filters);
    if neighbours.by = 'features' then
        return query
        select b.rank, b.neighbour_id, b.instrument_id, b.ts, b.similarity
        from memory._neighbours_by_features(
            asked, neighbours.as_of, neighbours.k, neighbours.horizon,
            greatest(asked.ts - neighbours.lookback, wanted.from_ts, '-infinity'),
            -- Times are whole microseconds: to_ts itself still counts.
            least(asked.ts, wanted.to_ts + interval '1 microsecond'),
            neighbours.min_similarity, wanted.instrument_ids,
            memory._row_filter(wanted.regimes, wanted.sessions, wanted.ranges),
            wanted.regimes, wanted.sessions
        ) as b;
        return;
    elsif neighbours.by = 'text' then
        return query
        select b.rank, b.neighbour_id, b.instrument_id, b.ts, b.similarity
        from memory._neighbours_by_text(
            asked, neighbours.as_of, neighbours.k, neighbours.horizon,
            greatest(asked.ts - neighbours.lookback, wanted.from_ts, '-infinity'),
            least(asked.ts, wanted.to_ts + interval '1 microsecond'),
            neighbours.min_similarity, wanted.instrument_ids,
            memory._row_filter(wanted.regimes, wanted.sessions, wanted.ranges),
            wanted.regimes, wanted.sessions
        ) as b;
        return;
    end if;
    select * into text_form
    from memory._text_embedding(neighbours.snapshot_id, neighbours.as_of);
    -- What a correction has replaced since is compared by the text that it had then.
    source := format(
        $source$
        (
            select s.*, 'infinity'::timestamptz as known_until, e.embedding
            from memory.%I as e
            inner join market.snapshot as s on s.snapshot_id = e.source_id
            where e.tenant_id = 0 and e.source = 'snapshot'
            union all
            select v.*, e.embedding
            from memory.embedding_version as e
            inner join market.snapshot_version as v
                on v.snapshot_id = e.snapshot_id and v.known_until = e.known_until
            where e.model_id = %s
        ) as s
        $source$,
        text_form.table_name, text_form.model_id
    );
    likeness := '1 - ((1 - $12) * (s.features operator(public.<=>) $1)'
        ' + $12 * (s.embedding operator(public.<=>) $2))';
    place := asked.instrument_id::bigint * 4294967296 + asked.bar_number;
    taken := int8multirange(int8range(place - horizon + 1, place + horizon));

    for neighbour_id, instrument_id, bar_number, ts, similarity in execute format(
        $query$
        select c.*
        from (
            select
                s.snapshot_id, s.instrument_id, s.bar_number, s.ts, %1$s as similarity
            from %2$s
            where
                s.bar_interval = $3 and s.known_at <= $4 and s.known_until > $4 and s.ts < $5 %3$s
            -- Each is compared once, not again to sort.
            offset 0
        ) as c
        where c.similarity >= $6
        order by c.similarity desc, c.snapshot_id
        $query$,
        likeness, source,
        concat_ws(
            ' and ', '', 's.features is not null',
            case when neighbours.lookback is not null then 's.ts >= $5 - $7' end,
            case when wanted.instrument_ids is not null then 's.instrument_id = any($8)' end,
            case when wanted.regimes is not null then
                '(s.regime = any($9) or exists ('
                'select from market.snapshot_regime as r inner join market.regime as g '
                'on g.model_id = r.model_id and g.regime = r.regime '
                'where r.snapshot_id = s.snapshot_id and r.known_at <= $4 '
                'and g.name = any($9)))'
            end,
            case when wanted.sessions is not null then 's.session = any($13)' end,
            wanted.ranges,
            case when wanted.from_ts is not null then 's.ts >= $10' end,
            case when wanted.to_ts is not null then 's.ts <= $11' end
        )
    ) using
        asked.features, text_form.embedding, asked.bar_interval, neighbours.as_of, asked.ts,
        neighbours.min_similarity, neighbours.lookback, wanted.instrument_ids, wanted.regimes,
        wanted.from_ts, wanted.to_ts, neighbours.text_weight, wanted.sessions
    loop
        place := instrument_id::bigint * 4294967296 + bar_number;
        continue when place <@ taken;
        taken := taken + int8multirange(int8range(place - horizon + 1, place + horizon));
        found_count := found_count + 1;
        rank := found_count;
        return next;
        exit when found_count >= neighbours.k;
    end loop;
end
$$;
comment on function memory.neighbours(
    bigint, timestamptz, integer, integer, interval, double precision, jsonb, text,
    double precision
) is
'The k snapshots most like one among those before it and known at as_of, thinned; the core of api.similar_patterns.';
