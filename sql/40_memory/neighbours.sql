-- The snapshots most like one, among those known as of a moment: the heart of the
-- pattern search. Exact: every candidate is compared.
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
        format('s.%I >= %s', field, quote_literal(range ->> 'min') || '::double precision'),
        format('s.%I <= %s', field, quote_literal(range ->> 'max') || '::double precision')
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
    snapshot_id bigint, out table_name text, out embedding vector
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    model memory.model;
begin
    for model in select m.* from memory.model as m order by m.model_id loop
        execute format(
            'select e.embedding from memory.%I as e '
            'where e.tenant_id = 0 and e.source = ''snapshot'' and e.source_id = $1',
            model.table_name
        ) into embedding using _text_embedding.snapshot_id;
        if embedding is not null then
            table_name := model.table_name;
            return;
        end if;
    end loop;
    perform ops.fail('BW320', format('snapshot %s has no text embedding', snapshot_id));
end
$$;
comment on function memory._text_embedding(bigint) is
'The text embedding of a snapshot by the first model that has one, or BW320.';

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
    source text := 'market.snapshot_known as s';
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
    if neighbours.by in ('text', 'both') then
        select * into text_form from memory._text_embedding(neighbours.snapshot_id);
        source := format(
            'memory.%I as e inner join market.snapshot_known as s on s.snapshot_id = e.source_id '
            'and e.tenant_id = 0 and e.source = ''snapshot''', text_form.table_name
        );
    else
        select null::public.vector as embedding into text_form;
    end if;
    likeness := case neighbours.by
        when 'features' then '1 - (s.features operator(public.<=>) $1)'
        when 'text' then '1 - (e.embedding operator(public.<=>) $2)'
        else
            '1 - ((1 - $12) * (s.features operator(public.<=>) $1)'
            ' + $12 * (e.embedding operator(public.<=>) $2))'
    end;
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
            ' and ', '',
            case when neighbours.by <> 'text' then 's.features is not null' end,
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
