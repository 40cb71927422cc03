-- The filters of a pattern search: what a caller may say in JSON, and what it comes to.
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
