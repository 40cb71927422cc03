-- cypher: procedures that answer from rows, for tests and small tables of facts

create function graph_procedure(graph text, signature text, answers jsonb) returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
as $$
declare
    -- name(in :: INTEGER?, ...) :: (out :: STRING?, ...)
    parts text[] := regexp_match(signature,
        '^\s*([[:alpha:]_][\w.]*)\s*\(([^()]*)\)\s*::\s*\(([^()]*)\)\s*$');
    types constant jsonb := '{"STRING": "text", "INTEGER": "int8", "FLOAT": "float8",
        "NUMBER": "numeric", "BOOLEAN": "bool", "DATE": "date"}';
    inputs text := '';
    outputs text := '';
    columns text := '';
    conditions text := 'true';
    item text;
    field text[];
    type text;
    place int;
begin
    if graph is null or parts is null then
        raise exception 'not a procedure''s signature: %', coalesce(signature, 'null')
            using errcode = 'invalid_parameter_value',
            hint = 'It looks like name(in :: INTEGER?) :: (out :: STRING?).';
    end if;
    if jsonb_typeof(answers -> 'columns') is distinct from 'array'
        or jsonb_typeof(answers -> 'rows') is distinct from 'array' then
        raise exception 'answers must have columns and rows'
            using errcode = 'invalid_parameter_value',
            hint = 'They look like {"columns": ["in", "out"], "rows": [[1, "one"]]}.';
    end if;
    for k in 2 .. 3 loop
        foreach item in array regexp_split_to_array(btrim(parts[k]), '\s*,\s*') loop
            continue when item = '';
            field := regexp_match(item, '^(\w+)\s*::\s*(\w+).*$');
            select c.i - 1 into place
            from jsonb_array_elements_text(answers -> 'columns') with ordinality as c(name, i)
            where btrim(c.name) = field[1];
            if field is null or place is null then
                raise exception 'no column for % in answers', item
                    using errcode = 'invalid_parameter_value';
            end if;
            type := coalesce(types ->> upper(field[2]), 'jsonb');
            if k = 2 then
                inputs := inputs || format(', %I %s', field[1], type);
                conditions := conditions || format(
                    ' and nullif(r.answer -> %s, ''null'') is not distinct from to_jsonb($%s)',
                    place, (select count(*) from regexp_matches(inputs, ',', 'g')));
            else
                outputs := outputs || format(', %I %s', field[1], type);
                columns := columns || format(', (r.answer %s %s)::%s',
                    case type when 'jsonb' then '->' else '->>' end, place, type);
            end if;
        end loop;
    end loop;
    execute format(
        'create or replace function %I.%I(%s) returns %s language sql stable as %L',
        graph, parts[1], substr(inputs, 3),
        case outputs when '' then 'void' else 'table(' || substr(outputs, 3) || ')' end,
        case outputs
            when '' then 'select'
            else format(
                'select %s from jsonb_array_elements(%L::jsonb) with ordinality '
                'as r(answer, i) where %s order by r.i',
                substr(columns, 3), answers -> 'rows', conditions)
        end);
end;
$$;

comment on function graph_procedure(text, text, jsonb) is
    'Makes a procedure for CALL that answers from rows: graph_procedure(''g'', ''code(name :: STRING?) :: (code :: INTEGER?)'', ''{"columns": ["name", "code"], "rows": [["Oslo", 47]]}''). It is a function in the graph''s schema; any other function there is a procedure too.';
