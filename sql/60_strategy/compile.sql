-- A strategy document -> the SELECT that gives its signals.
--
-- Example: select strategy.compile('{"entry": ["<", "r", 30], "exit": [">", "r", 70],
--     "indicators": {"r": {"indicator": "rsi", "n": 14}}}')
-- gives, with $1 the instruments and $2 the moment whose knowledge counts:
--     with bars as (select ... from market.prices(...)),
--     step_1 as (
--         select *, public.rsi(close, 14) over series as c1
--         from bars
--         window series as (
--             partition by instrument_id order by ts rows unbounded preceding
--         )
--     )
--     select ..., coalesce(((c1 < (30)::double precision)), false) as enter, ...
--
-- Every column of a step reads the bar itself, earlier bars, and columns of earlier
-- steps: nothing looks ahead. Many variants of one document (a sweep) are compiled
-- together: bars are read once and equal columns computed once.

create or replace function strategy._compile(configs jsonb [])
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    compilation strategy.compilation := row('{}', '{}', 0, '{}');
    made record;
    config jsonb;
    part text;
    sqls text[];
    variants text[] := '{}'::text[];
    last_step integer := 0;
    steps text := '';
begin
    for place in 1..cardinality(configs) loop
        config := configs[place];
        compilation.nodes := 0;
        sqls := '{}';
        foreach part in array '{entry,exit,score}'::text[] loop
            select e.* into made from strategy._compile_expression(
                coalesce(config -> part, case part when 'exit' then 'false'::jsonb end, '0'),
                config, part, 1, compilation
            ) as e;
            compilation := made.compilation;
            if made.kind <> (case part when 'score' then 'number' else 'condition' end) then
                perform ops.fail('BW337', format(
                    '%s is a %s, not a %s', part, made.kind,
                    case part when 'score' then 'number' else 'condition' end
                ));
            end if;
            sqls := sqls || (made.sql)::text;
        end loop;
        -- An indicator that nothing reads is still checked.
        for made in
            select i.value, i.key, n.outputs
            from jsonb_each(config -> 'indicators') as i
            left join strategy.indicator as n on n.indicator = i.value ->> 'indicator'
        loop
            perform strategy._compile_indicator(
                made.value, made.outputs[1], config, 'indicators.' || made.key, 1,
                compilation
            );
        end loop;
        variants := variants || format(
            '(%s, coalesce(%s, false), coalesce(%s, false), %s)', place, sqls[1], sqls[2],
            sqls[3]
        );
    end loop;
    if cardinality(compilation.columns) > 1500 then
        perform ops.fail('BW334', 'the settings need more than 1500 columns');
    end if;

    select
        coalesce(string_agg(
            format(
                E',\nstep_%s as (\n    select\n        *,\n        %s\n    from %s\n'
                '    window series as (\n        partition by instrument_id '
                'order by ts rows unbounded preceding\n    )\n)',
                s.step, s.columns,
                case s.step when 1 then 'bars' else 'step_' || s.step - 1 end
            ), '' order by s.step
        ), ''),
        coalesce(max(s.step), 0)
    into steps, last_step
    from (
        select
            c.step,
            string_agg(
                format('%s as c%s', c.definition, c.place), E',\n        ' order by c.place
            ) as columns
        from unnest(compilation.columns, compilation.steps)
            with ordinality as c (definition, step, place)
        group by c.step
    ) as s;

    return format(
        $text$with bars as (
    select
        i.instrument_id, i.symbol, i.sector, p.ts, p.known_at, p.open, p.high, p.low,
        p.close, p.volume%1$s
    from unnest($1::integer[]) as wanted (instrument_id)
    inner join market.instrument as i on i.instrument_id = wanted.instrument_id
    cross join lateral market.prices(i.instrument_id, %2$L, $2::timestamptz) as p%3$s
)%4$s
select
    b.instrument_id, b.symbol, b.sector, b.ts, b.known_at, b.open, b.high, b.low,
    b.close, b.volume, v.variant, v.enter, v.leave, v.score
from %5$s as b
cross join lateral (values
    %6$s
) as v (variant, enter, leave, score)$text$,
        (
            select string_agg(format(E',\n        s.%I as s_%s', f.name, f.name), '')
            from unnest(compilation.fields) as f (name)
        ),
        coalesce(configs[1] ->> 'interval', '1d'),
        case when cardinality(compilation.fields) > 0 then format(
            $text$
    -- A snapshot counts at the bar's close only if it was known then.
    left join market.snapshot_known as s
        on
            s.instrument_id = i.instrument_id and s.bar_interval = %L
            and s.ts = p.ts and s.known_at <= p.known_at and s.known_until > p.known_at$text$,
            coalesce(configs[1] ->> 'interval', '1d')
        ) end,
        steps,
        case last_step when 0 then 'bars' else 'step_' || last_step end,
        array_to_string(variants, E',\n    ')
    );
end
$$;
comment on function strategy._compile(jsonb[]) is
'One SELECT for the signals of one or more checked documents of the same interval.';

create or replace function strategy.compile(config jsonb)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    perform strategy.check_config(config);
    perform strategy.options(config);
    return strategy._compile(array[config]);
end
$$;
comment on function strategy.compile(jsonb) is
'The SELECT that gives a strategy''s signals, checked and without a word of the document''s in it; $1 are instrument ids, $2 is the moment whose knowledge counts.';
