-- The form of a strategy document: which keys there are and what they hold. What the
-- conditions say is checked by compiling them.
--
-- Example: {"universe": {"symbols": ["AAPL"]},
--           "parameters": {"fast": 10, "slow": 30},
--           "indicators": {"quick": {"indicator": "sma", "n": "$fast"},
--                          "calm": {"indicator": "sma", "n": "$slow"}},
--           "entry": ["crosses_above", "quick", "calm"],
--           "exit": ["crosses_below", "quick", "calm"],
--           "costs": {"fee": 0.0005}}

create or replace function strategy._check_keys(
    document jsonb, allowed text [], path text
)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    unknown text;
begin
    if jsonb_typeof(document) is distinct from 'object' then
        perform ops.fail('BW330', format('%s is not a JSON object', path));
    end if;
    select o.key into unknown
    from jsonb_object_keys(document) as o (key)
    where o.key <> all(allowed) order by o.key limit 1;
    if found then
        perform ops.fail('BW330', format(
            '%s has no %s', path, quote_literal(left(unknown, 60))
        ));
    end if;
end
$$;
comment on function strategy._check_keys(jsonb, text[], text) is
'Raises BW330 unless a document is an object with no other keys than these.';

create or replace function strategy._check_texts(document jsonb, path text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if jsonb_typeof(document) is distinct from 'array'
        or jsonb_array_length(document) not between 1 and 1000
        or jsonb_path_exists(document, 'strict $[*] ? (@.type() != "string")')
    then
        perform ops.fail('BW330', format('%s is not a list of 1 to 1000 texts', path));
    end if;
end
$$;
comment on function strategy._check_texts(jsonb, text) is
'Raises BW330 unless a document is a list of texts.';

create or replace function strategy.check_config(config jsonb)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    named record;
    part text;
begin
    if config is null then
        perform ops.fail('BW330', 'there is no document');
    end if;
    if octet_length(config::text) > 65536 then
        perform ops.fail('BW334', 'the document is larger than 64 kB');
    end if;
    perform strategy._check_keys(
        config,
        '{name,description,interval,universe,parameters,indicators,entry,exit,score,side,cash,fill,sizing,stops,costs,risk}',
        'the document'
    );
    if not config ? 'entry' then
        perform ops.fail('BW330', 'the document has no entry');
    end if;
    foreach part in array '{name,description,interval}'::text[] loop
        if config ? part and jsonb_typeof(config -> part) <> 'string' then
            perform ops.fail('BW330', format('%s is not a text', part));
        end if;
    end loop;
    if not exists (
        select from market.bar_interval as b
        where b.bar_interval = coalesce(config ->> 'interval', '1d')
    ) then
        perform ops.fail('BW318', format(
            'there is no bar interval %s', quote_literal(left(config ->> 'interval', 60))
        ));
    end if;

    if config ? 'universe' then
        perform strategy._check_keys(
            config -> 'universe', '{symbols,asset_class,sector}', 'universe'
        );
        foreach part in array '{symbols,asset_class,sector}'::text[] loop
            if config -> 'universe' ? part then
                perform strategy._check_texts(
                    config -> 'universe' -> part, 'universe.' || part
                );
            end if;
        end loop;
    end if;

    foreach part in array '{parameters,indicators}'::text[] loop
        continue when not config ? part;
        if jsonb_typeof(config -> part) <> 'object' then
            perform ops.fail('BW330', format('%s is not a JSON object', part));
        end if;
        for named in select e.key, e.value from jsonb_each(config -> part) as e loop
            if named.key !~ '^[a-z][a-z0-9_]{0,40}$'
                or (
                    part = 'indicators' and named.key in (
                        'open', 'high', 'low', 'close', 'volume', 'snapshot'
                    )
                )
            then
                perform ops.fail('BW330', format(
                    '%s: %s cannot be a name', part, quote_literal(left(named.key, 60))
                ));
            end if;
            if part = 'parameters' then
                if jsonb_typeof(named.value) <> 'number' then
                    perform ops.fail('BW330', format(
                        'parameters.%s is not a number', named.key
                    ));
                end if;
                perform strategy._number_of(
                    named.value, '{}', 'parameters.' || named.key
                );
            end if;
        end loop;
    end loop;
    if (select count(*) from jsonb_object_keys(config -> 'indicators')) > 64 then
        perform ops.fail('BW334', 'the document has more than 64 indicators');
    end if;
    perform strategy._check_options(config);
end
$$;
comment on function strategy.check_config(jsonb) is
'Raises unless a strategy document has the right form; see docs/reference/strategies.md.';

-- The parts that become options of the backtest.
create or replace function strategy._check_options(config jsonb)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    known record;
    value jsonb;
begin
    perform strategy._check_keys(
        coalesce(config -> 'sizing', '{}'), '{method,size,unit,leverage,lookback}', 'sizing'
    );
    perform strategy._check_keys(
        coalesce(config -> 'stops', '{}'),
        '{stop_loss,take_profit,trailing_stop,time_stop,reference}', 'stops'
    );
    perform strategy._check_keys(
        coalesce(config -> 'costs', '{}'), '{fee,fee_fixed,slippage}', 'costs'
    );
    perform strategy._check_keys(
        coalesce(config -> 'risk', '{}'),
        '{max_position_fraction,max_sector_fraction,max_positions}', 'risk'
    );
    for known in
        select * from (values
            ('{side}'::text[], 'long short both'), ('{fill}', 'open close'),
            ('{sizing,method}', 'fraction fixed volatility kelly'),
            ('{stops,reference}', 'entry signal')
        ) as k (path, words)
    loop
        value := config #> known.path;
        if value is not null and not (
            jsonb_typeof(value) = 'string'
            and value #>> '{}' = any(string_to_array(known.words, ' '))
        ) then
            perform ops.fail('BW330', format(
                '%s is not one of %s', array_to_string(known.path, '.'), known.words
            ));
        end if;
    end loop;
end
$$;
comment on function strategy._check_options(jsonb) is
'The keys and words of side, fill, sizing, stops, costs and risk.';

-- Example: {"cash": 10000, "costs": {"fee": "$fee"}, "parameters": {"fee": 0.001}}
--          -> {"cash": 10000, "fee": 0.001}; ranges are checked by the aggregate.
create or replace function strategy.options(
    config jsonb, portfolio boolean default false
)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    given record;
    options jsonb := '{}'::jsonb;
    value jsonb;
begin
    for given in
        select o.key, o.value, o.path from (
            select e.key, e.value, 'document.' || e.key as path
            from jsonb_each(config) as e where e.key in ('cash', 'side', 'fill')
            union all
            select
                case e.key when 'method' then 'sizing' else e.key end, e.value,
                part.name || '.' || e.key
            from unnest('{sizing,stops,costs,risk}'::text[]) as part (name)
            cross join lateral jsonb_each(config -> part.name) as e
        ) as o
    loop
        continue when given.path like 'risk.%' and not portfolio;
        if portfolio and given.key in ('side', 'fill', 'sizing', 'leverage', 'lookback') then
            -- What a portfolio always does may be said.
            continue when (given.key, given.value #>> '{}') in (
                ('side', 'long'), ('fill', 'open'), ('sizing', 'fraction'),
                ('leverage', '1')
            );
            perform ops.fail('BW330', format(
                '%s: many instruments on one account are bought long, at the next open, by '
                'a fraction of equity', given.path
            ));
        end if;
        value := to_jsonb(
            strategy._number_of(given.value, config -> 'parameters', given.path)
        );
        options := options || jsonb_build_object(given.key, coalesce(value, given.value));
    end loop;
    return options;
end
$$;
comment on function strategy.options(jsonb, boolean) is
'The options of the aggregate backtest, or backtest_portfolio, that a document asks for.';
