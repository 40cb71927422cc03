-- What a strategy says, bar by bar.
-- Example: select * from strategy.signals(
--     '{"entry": [">", "close", "open"]}', '{AAPL}')

-- Symbols given win over the document's universe.
create or replace function strategy.universe(config jsonb, symbols text [] default null)
returns integer []
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    asked jsonb := config -> 'universe';
    wanted text[] := symbols;
    unknown text;
    found_ids integer[];
begin
    if wanted is null and asked ? 'symbols' then
        wanted := array(select jsonb_array_elements_text(asked -> 'symbols'));
    end if;
    select u.symbol into unknown
    from unnest(wanted) as u (symbol)
    where not exists (select from market.instrument as i where i.symbol = u.symbol)
    limit 1;
    if found then
        perform ops.fail('BW310', format(
            'there is no symbol %s', coalesce(quote_literal(left(unknown, 100)), 'null')
        ));
    end if;
    if wanted is null and coalesce(asked, '{}') = '{}' then
        perform ops.fail('BW339', 'neither the document nor the call says which symbols');
    end if;
    found_ids := array(
        select i.instrument_id
        from market.instrument as i
        where
            (wanted is null or i.symbol = any(wanted))
            and (
                universe.symbols is not null
                or (
                    (not asked ? 'asset_class' or asked -> 'asset_class' ? i.asset_class)
                    and (not asked ? 'sector' or asked -> 'sector' ? i.sector)
                )
            )
            and exists (
                select from market.bar as b
                where
                    b.instrument_id = i.instrument_id
                    and b.bar_interval = coalesce(config ->> 'interval', '1d')
            )
        order by i.symbol
    );
    if cardinality(found_ids) = 0 then
        perform ops.fail('BW339', 'no instrument of the universe has bars');
    end if;
    return found_ids;
end
$$;
comment on function strategy.universe(jsonb, text[]) is
'The instruments that a document is about, or of the symbols given, that have bars.';

create or replace function strategy.signals(
    config jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default null
)
returns setof strategy.signal
language plpgsql stable rows 2000
set search_path = pg_catalog, pg_temp
as $$
begin
    perform strategy.check_config(config);
    return query execute format(
        'select s.symbol, s.ts, s.known_at, s.open, s.high, s.low, s.close, s.enter, '
        's.leave, s.score from (%s) as s '
        'where s.ts >= $3 and s.ts <= $4 order by s.ts, s.symbol',
        strategy._compile(array[config])
    ) using
        strategy.universe(config, symbols), market.as_of(as_of),
        coalesce(from_ts, '-infinity'), coalesce(to_ts, 'infinity');
end
$$;
comment on function strategy.signals(jsonb, text[], timestamptz, timestamptz, timestamptz) is
'What a strategy says at the close of each bar known at as_of; indicators have all earlier bars, from_ts and to_ts only choose the rows.';
