-- One node of a condition -> SQL. A document's words are only ever looked up; what is
-- written into the SQL are our own words, numbers, and column names c1, c2, ...
--
-- Example: [">", "fast", ["*", 1.02, "slow"]] -> (c1 > (1.02 * c2))
--
-- What needs a window (indicators, lag, highest, ...) becomes a column of a step; a
-- column may only read columns of earlier steps. Equal columns are computed once.

-- Adds a column to a compilation, or finds it there.
create or replace function strategy._add_column(
    inout compilation strategy.compilation, definition text, step integer, out name text
)
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    place integer := array_position(compilation.columns, definition);
begin
    if place is null then
        compilation.columns := compilation.columns || definition;
        compilation.steps := compilation.steps || step;
        place := cardinality(compilation.columns);
    end if;
    name := 'c' || place;
end
$$;
comment on function strategy._add_column(strategy.compilation, text, integer) is
'The name of the column with this definition, added if it is new.';

-- Example: strategy._number_of('"$fast"', '{"fast": 10}', 'entry') -> 10
create or replace function strategy._number_of(
    node jsonb, parameters jsonb, path text
)
returns double precision
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    value jsonb := node;
begin
    if jsonb_typeof(node) = 'string' and left(node #>> '{}', 1) = '$' then
        value := parameters -> substr(node #>> '{}', 2);
        if value is null then
            perform ops.fail('BW336', format(
                '%s: there is no parameter %s', path, quote_literal(left(node #>> '{}', 60))
            ));
        end if;
    end if;
    if jsonb_typeof(value) is distinct from 'number' then
        return null;
    end if;
    if abs((value #>> '{}')::numeric) > 1e15 then
        perform ops.fail('BW330', format('%s: a number is larger than 1e15', path));
    end if;
    return (value #>> '{}')::numeric::double precision;
end
$$;
comment on function strategy._number_of(jsonb, jsonb, text) is
'The number that a node is or that its $parameter has; null if it is none.';

create or replace function strategy._count_of(
    node jsonb, parameters jsonb, path text, most integer
)
returns integer
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    number double precision := strategy._number_of(node, parameters, path);
begin
    if (number between 1 and most and number = floor(number)) is not true then
        perform ops.fail('BW338', format(
            '%s: a whole number from 1 to %s is needed, not %s', path, most,
            coalesce(left(node::text, 60), 'nothing')
        ));
    end if;
    return number::integer;
end
$$;
comment on function strategy._count_of(jsonb, jsonb, text, integer) is
'A number of bars: whole, from 1 to a most.';

-- A name: a series of the bar, a field of the snapshot, a parameter, an indicator.
create or replace function strategy._compile_name(
    name text, config jsonb, path text, depth integer,
    inout compilation strategy.compilation,
    out sql text, out kind text, out step integer, out constant double precision
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    parts text[] := string_to_array(name, '.');
    field_type oid;
    made record;
begin
    step := 0;
    kind := 'number';
    if left(name, 1) = '$' then
        constant := strategy._number_of(to_jsonb(name), config -> 'parameters', path);
        sql := format('(%s)::double precision', constant);
        return;
    end if;
    if name in ('open', 'high', 'low', 'close', 'volume') then
        sql := name;
        return;
    end if;
    if parts[1] = 'snapshot' and cardinality(parts) = 2 then
        select a.atttypid into field_type
        from pg_attribute as a
        where
            a.attrelid = 'market.snapshot'::regclass and a.attname = parts[2]
            and a.attnum > 0 and not a.attisdropped
            and (
                a.atttypid in (
                    'double precision'::regtype, 'integer'::regtype, 'boolean'::regtype
                )
                or parts[2] in ('trend_state', 'volatility_state', 'regime', 'session')
            )
            and parts[2] not in ('instrument_id', 'bar_number');
        if found then
            kind := case field_type
                when 'boolean'::regtype then 'condition'
                when 'text'::regtype then 'state'
                else 'number'
            end;
            sql := 's_' || parts[2];
            if kind = 'number' then
                sql := sql || '::double precision';
            end if;
            if parts[2] <> all(compilation.fields) then
                compilation.fields := compilation.fields || parts[2];
            end if;
            return;
        end if;
    elsif config -> 'indicators' ? parts[1] and cardinality(parts) <= 2 then
        select i.* into made
        from strategy._compile_indicator(
            config -> 'indicators' -> parts[1], parts[2], config,
            'indicators.' || parts[1], depth, compilation
        ) as i;
        compilation := made.compilation;
        sql := made.sql;
        step := made.step;
        return;
    end if;
    perform ops.fail('BW336', format(
        '%s: there is no %s', path, quote_literal(left(name, 60))
    ));
end
$$;
comment on function strategy._compile_name(
    text, jsonb, text, integer, strategy.compilation
) is 'The SQL of a name in a condition, or BW336.';

create or replace function strategy._compile_indicator(
    definition jsonb, output text, config jsonb, path text, depth integer,
    inout compilation strategy.compilation, out sql text, out step integer
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    known strategy.indicator;
    arguments text[];
    key text;
    number double precision;
    input record;
    made record;
begin
    if jsonb_typeof(definition) <> 'object' then
        perform ops.fail('BW330', format('%s: an indicator is a JSON object', path));
    end if;
    select i.* into known from strategy.indicator as i
    where i.indicator = definition ->> 'indicator';
    if not found then
        perform ops.fail('BW331', format(
            '%s: there is no indicator %s', path,
            coalesce(quote_literal(left(definition ->> 'indicator', 60)), 'without a name')
        ));
    end if;
    for key in select o.key from jsonb_object_keys(definition) as o (key) order by 1 loop
        if key <> 'indicator' and key <> all(known.inputs || known.parameters) then
            perform ops.fail('BW338', format(
                '%s: %s has no parameter %s', path, known.indicator,
                quote_literal(left(key, 60))
            ));
        end if;
    end loop;
    if (output is null) <> (cardinality(known.outputs) = 0)
        or (cardinality(known.outputs) > 0 and output <> all(known.outputs))
    then
        perform ops.fail('BW336', format(
            '%s: %s has %s', path, known.indicator,
            case when cardinality(known.outputs) = 0 then 'no fields'
                else 'the fields ' || array_to_string(known.outputs, ', ')
                    || ': write name.field' end
        ));
    end if;

    step := 0;
    arguments := known.bars;
    foreach key in array known.inputs loop
        if key <> 'x' and not definition ? key then
            perform ops.fail('BW338', format(
                '%s: %s needs its input %s', path, known.indicator, key
            ));
        end if;
        select e.* into input
        from strategy._compile_expression(
            coalesce(definition -> key, '"close"'), config, path || '.' || key,
            depth + 1, compilation
        ) as e;
        compilation := input.compilation;
        if input.kind <> 'number' then
            perform ops.fail('BW337', format('%s.%s: a number is needed', path, key));
        end if;
        arguments := arguments || (input.sql)::text;
        step := greatest(step, input.step);
    end loop;
    for place in 1..cardinality(known.parameters) loop
        number := coalesce(
            strategy._number_of(
                definition -> known.parameters[place], config -> 'parameters',
                path || '.' || known.parameters[place]
            ),
            case when not definition ? known.parameters[place]
                then known.defaults[place] end
        );
        if (
            number between known.minimums[place] and known.maximums[place]
            and (number = floor(number) or not known.whole[place])
        ) is not true then
            perform ops.fail('BW338', format(
                '%s: %s of %s must be a %s from %s to %s', path, known.parameters[place],
                known.indicator,
                case when known.whole[place] then 'whole number' else 'number' end,
                known.minimums[place], known.maximums[place]
            ));
        end if;
        arguments := arguments || number::text;
    end loop;

    step := step + 1;
    select a.* into made
    from strategy._add_column(
        compilation,
        format(
            'public.%I(%s) over series', known.indicator, array_to_string(arguments, ', ')
        ),
        step
    ) as a;
    compilation := made.compilation;
    sql := made.name;
    if output is not null then
        sql := format('(%s).%I', sql, output);
    end if;
end
$$;
comment on function strategy._compile_indicator(
    jsonb, text, jsonb, text, integer, strategy.compilation
) is 'The column of an indicator of the whitelist with checked parameters.';

create or replace function strategy._compile_expression(
    node jsonb, config jsonb, path text, depth integer,
    inout compilation strategy.compilation,
    out sql text, out kind text, out step integer, out constant double precision
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    verb text;
    given integer;
    least_given integer;
    most_given integer;
    argument_kind text;
    argument record;
    sqls text[] := '{}'::text[];
    constants double precision[] := '{}'::double precision[];
    bars integer;
    name text;
    names text[];
    earlier text[];
begin
    if depth > 32 then
        perform ops.fail('BW333', format('%s: nested deeper than 32 levels', path));
    end if;
    compilation.nodes := compilation.nodes + 1;
    if compilation.nodes > 2000 then
        perform ops.fail('BW334', 'the conditions have more than 2000 nodes');
    end if;

    case jsonb_typeof(node)
        when 'number' then
            step := 0;
            kind := 'number';
            constant := strategy._number_of(node, '{}', path);
            sql := format('(%s)::double precision', constant);
            return;
        when 'boolean' then
            step := 0;
            kind := 'condition';
            sql := node::text;
            return;
        when 'string' then
            select n.* into argument
            from strategy._compile_name(
                node #>> '{}', config, path, depth, compilation
            ) as n;
            compilation := argument.compilation;
            sql := argument.sql;
            kind := argument.kind;
            step := argument.step;
            constant := argument.constant;
            return;
        when 'array' then
            verb := node ->> 0;
        else
            perform ops.fail('BW330', format(
                '%s: a condition is a list, a name, a number, true or false, not %s', path,
                coalesce(left(node::text, 60), 'nothing')
            ));
    end case;

    -- How many arguments, and of which kind.
    select o.least_given, o.most_given, o.argument_kind, o.kind
    into least_given, most_given, argument_kind, kind
    from (values
        ('and', 1, 100, 'condition', 'condition'), ('or', 1, 100, 'condition', 'condition'),
        ('not', 1, 1, 'condition', 'condition'),
        ('>', 2, 2, 'number', 'condition'), ('>=', 2, 2, 'number', 'condition'),
        ('<', 2, 2, 'number', 'condition'), ('<=', 2, 2, 'number', 'condition'),
        ('=', 2, 2, 'number', 'condition'), ('<>', 2, 2, 'number', 'condition'),
        ('crosses_above', 2, 2, 'number', 'condition'),
        ('crosses_below', 2, 2, 'number', 'condition'),
        ('+', 2, 100, 'number', 'number'), ('*', 2, 100, 'number', 'number'),
        ('-', 1, 2, 'number', 'number'), ('/', 2, 2, 'number', 'number'),
        ('min', 2, 100, 'number', 'number'), ('max', 2, 100, 'number', 'number'),
        ('abs', 1, 1, 'number', 'number'), ('sqrt', 1, 1, 'number', 'number'),
        ('ln', 1, 1, 'number', 'number'),
        ('lag', 2, 2, 'number', 'number'), ('highest', 2, 2, 'number', 'number'),
        ('lowest', 2, 2, 'number', 'number'),
        ('within', 2, 2, 'condition', 'condition'),
        ('throughout', 2, 2, 'condition', 'condition'),
        ('known', 1, 1, 'number', 'condition'), ('is', 2, 20, 'state', 'condition')
    ) as o (verb, least_given, most_given, argument_kind, kind)
    where o.verb = verb;
    if not found then
        perform ops.fail('BW332', format(
            '%s: there is no operator %s', path, coalesce(left(node ->> 0, 60), 'null')
        ));
    end if;
    given := jsonb_array_length(node) - 1;
    if given not between least_given and most_given then
        perform ops.fail('BW330', format(
            '%s: %s takes %s arguments, not %s', path, verb,
            case when least_given = most_given then least_given::text
                else format('%s to %s', least_given, most_given) end, given
        ));
    end if;

    -- The last argument of some is a number of bars, of `is` the states.
    if verb in ('lag', 'highest', 'lowest', 'within', 'throughout') then
        bars := strategy._count_of(
            node -> 2, config -> 'parameters', format('%s[2]', path), 5000
        );
        given := 1;
    elsif verb = 'is' then
        given := 1;
    end if;

    step := 0;
    for place in 1..given loop
        select e.* into argument
        from strategy._compile_expression(
            node -> place, config, format('%s[%s]', path, place), depth + 1, compilation
        ) as e;
        compilation := argument.compilation;
        if argument.kind <> argument_kind then
            perform ops.fail('BW337', format(
                '%s[%s]: %s takes a %s, not a %s', path, place, verb, argument_kind,
                argument.kind
            ));
        end if;
        sqls := sqls || (argument.sql)::text;
        constants := constants || argument.constant;
        step := greatest(step, argument.step);
    end loop;

    case
        when verb in ('and', 'or', '+', '*') then
            sql := '(' || array_to_string(sqls, format(' %s ', verb)) || ')';
        when verb = 'not' then
            sql := format('(not %s)', sqls[1]);
        when verb in ('>', '>=', '<', '<=', '=', '<>') then
            sql := format('(%s %s %s)', sqls[1], verb, sqls[2]);
        when verb = '-' then
            sql := case when given = 1 then format('(- %s)', sqls[1])
                else format('(%s - %s)', sqls[1], sqls[2]) end;
        when verb = '/' then
            if constants[2] = 0 then
                perform ops.fail('BW335', format('%s: division by zero', path));
            end if;
            sql := format('strategy.quotient(%s, %s)', sqls[1], sqls[2]);
        when verb in ('min', 'max') then
            sql := sqls[1];
            for place in 2..given loop
                sql := format(
                    'strategy.%s(%s, %s)',
                    case verb when 'min' then 'lesser' else 'greater' end, sql,
                    sqls[place]
                );
            end loop;
        when verb = 'abs' then
            sql := format('abs(%s)', sqls[1]);
        when verb = 'sqrt' then
            sql := format('strategy.root(%s)', sqls[1]);
        when verb = 'ln' then
            sql := format('strategy.logarithm(%s)', sqls[1]);
        when verb = 'known' then
            sql := format('(%s is not null)', sqls[1]);
        when verb = 'is' then
            names := array(select jsonb_array_elements_text(node - 0 - 0));
            foreach name in array names loop
                if name !~ '^[a-z]+( [a-z]+){0,7}$' or length(name) > 60 then
                    perform ops.fail('BW330', format(
                        '%s: %s is no state', path, quote_literal(left(name, 60))
                    ));
                end if;
            end loop;
            select format(
                '(%s in (%s))', sqls[1],
                string_agg(quote_literal(n.name), ', ' order by n.place)
            ) into sql
            from unnest(names) with ordinality as n (name, place);
        when verb in ('crosses_above', 'crosses_below') then
            step := step + 1;
            for place in 1..2 loop
                select a.* into argument
                from strategy._add_column(
                    compilation, format('lag(%s) over series', sqls[place]), step
                ) as a;
                compilation := argument.compilation;
                earlier := earlier || (argument.name)::text;
            end loop;
            sql := format(
                case verb when 'crosses_above' then '(%s < %s and %s > %s)'
                    else '(%s > %s and %s < %s)' end,
                earlier[1], earlier[2], sqls[1], sqls[2]
            );
        else
            -- lag, highest, lowest, within, throughout: a column over a frame.
            step := step + 1;
            sql := case verb
                when 'lag' then format('lag(%s, %s) over series', sqls[1], bars)
                else format(
                    'case when count(%2$s) over frame = %3$s then %1$s(%2$s) over frame end',
                    case verb when 'highest' then 'max' when 'lowest' then 'min'
                        when 'within' then 'bool_or' else 'bool_and' end,
                    sqls[1], bars
                )
            end;
            sql := replace(sql, 'over frame', format(
                'over (partition by instrument_id order by ts '
                'rows between %s preceding and current row)', bars - 1
            ));
            select a.* into argument
            from strategy._add_column(compilation, sql, step) as a;
            compilation := argument.compilation;
            sql := argument.name;
    end case;

    -- A number made of numbers only: known now, so that a zero divisor is found.
    if kind = 'number' and bars is null and array_position(constants, null) is null then
        begin
            execute format('select %s', sql) into constant;
        exception
            when numeric_value_out_of_range then
                perform ops.fail('BW330', format('%s: a number is too large', path));
        end;
    end if;
    if length(sql) > 100000 then
        perform ops.fail('BW334', 'the conditions are too long');
    end if;
end
$$;
comment on function strategy._compile_expression(
    jsonb, jsonb, text, integer, strategy.compilation
) is 'The SQL of one node of a condition, its kind, and the step that it can be read after.';
