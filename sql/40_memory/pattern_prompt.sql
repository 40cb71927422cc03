-- What a language model is asked about a symbol: from the state alone (baseline), or
-- with what followed like states (enriched). Numbers are formatted here and nowhere
-- else.

-- Example: memory._percent(0.0123) -> 1.2 %, memory._percent(null) -> unknown
create or replace function memory._percent(x double precision)
returns text
language sql immutable parallel safe
return coalesce(round((100 * x)::numeric, 1) || ' %', 'unknown');
comment on function memory._percent(double precision) is
'A fraction as percent with one digit; unknown if it is missing.';

create or replace function memory.pattern_prompt(
    symbol text,
    as_of timestamptz,
    kind text,
    template_version integer,
    k integer,
    horizon integer,
    bar_interval text,
    min_similarity double precision,
    filters jsonb,
    by text
)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := market.as_of(pattern_prompt.as_of);
    body text;
    part record;
begin
    select t.body into body
    from memory.prompt_template as t
    where
        t.name = pattern_prompt.kind
        and (pattern_prompt.template_version is null or t.version = pattern_prompt.template_version)
    order by t.version desc
    limit 1;
    if not found then
        perform ops.fail('BW329', format(
            'there is no prompt template %s%s',
            coalesce(quote_literal(left(pattern_prompt.kind, 60)), 'null'),
            ' of version ' || pattern_prompt.template_version
        ));
    end if;

    for part in
        with asked as (
            select memory.asked_snapshot(
                pattern_prompt.symbol, moment, pattern_prompt.k,
                array[pattern_prompt.horizon], pattern_prompt.bar_interval, null,
                pattern_prompt.min_similarity, pattern_prompt.by
            ) as snapshot_id
        )

        select 'symbol' as name, pattern_prompt.symbol as value
        union all
        select 'as_of', to_char(moment at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
        union all
        select 'state', s.text_form || format(
            '; last returns: 1 bar %s, 5 bars %s, 20 bars %s; volatility a year %s; '
            'average true range %s', memory._percent(s.return_1),
            memory._percent(s.return_5), memory._percent(s.return_20),
            memory._percent(s.realised_vol_20), memory._percent(s.atr_fraction)
        )
        from asked as a
        inner join market.snapshot_known as s
            on
                s.snapshot_id = a.snapshot_id and s.known_at <= moment
                and s.known_until > moment
        union all
        select 'market', coalesce((
            select c.text_form from market.condition as c
            where c.bar_interval = pattern_prompt.bar_interval and c.known_at <= moment
            order by c.ts desc limit 1
        ), 'unknown')
        union all
        select 'regime', coalesce((
            select format(
                '%s (probability %s; %s)', r.regime, memory._percent(r.probability),
                r.description
            )
            from api.regime(pattern_prompt.symbol, moment, pattern_prompt.bar_interval) as r
        ), 'none found yet')
        where pattern_prompt.kind = 'enriched'
        union all
        select told.name, told.value
        from (
            select
                string_agg(
                    case when p.verdict = 'ok' then format(
                        '- after %s bars: n %s (effective %s), mean %s, median %s, '
                        '5 %% to 95 %%: %s to %s; rose in %s (95 %%: %s to %s) against %s '
                        'usually; p %s; on the way %s to %s on average',
                        p.horizon, p.n, round(p.effective_n::numeric, 1),
                        memory._percent(p.mean), memory._percent(p.median),
                        memory._percent(p.p05), memory._percent(p.p95),
                        memory._percent(p.win_rate), memory._percent(p.win_rate_low),
                        memory._percent(p.win_rate_high), memory._percent(p.base_win_rate),
                        coalesce(round(p.p_value::numeric, 3)::text, 'unknown'),
                        memory._percent(p.mean_loss), memory._percent(p.mean_gain)
                    )
                    else format(
                        '- after %s bars: %s (n %s)', p.horizon, p.verdict, p.n
                    ) end, E'\n' order by p.horizon
                ) as statistics,
                min(p.verdict) filter (where p.horizon = pattern_prompt.horizon) as verdict
            from api.pattern_statistics(
                pattern_prompt.symbol, moment, pattern_prompt.k, pattern_prompt.horizon,
                pattern_prompt.bar_interval, null, pattern_prompt.min_similarity,
                pattern_prompt.filters, pattern_prompt.by,
                array(select h.horizon from market.horizon as h order by h.horizon)
            ) as p
        ) as s
        cross join lateral (values
            ('statistics', s.statistics), ('verdict', s.verdict)
        ) as told (name, value)
        where pattern_prompt.kind = 'enriched'
        union all
        select 'neighbours', coalesce((
            select string_agg(
                format(
                    '- %s %s, similarity %s, %s: %s after %s bars', p.symbol,
                    to_char(p.ts at time zone 'UTC', 'YYYY-MM-DD'),
                    round(p.similarity::numeric, 2), coalesce(p.regime, 'no regime'),
                    case when p.forward_return is null then 'not known yet'
                        else memory._percent(p.forward_return) end,
                    pattern_prompt.horizon
                ), E'\n' order by p.rank
            )
            from api.similar_patterns(
                pattern_prompt.symbol, moment, least(pattern_prompt.k, 5),
                pattern_prompt.horizon, pattern_prompt.bar_interval, null,
                pattern_prompt.min_similarity, pattern_prompt.filters, pattern_prompt.by
            ) as p
        ), '- none')
        where pattern_prompt.kind = 'enriched'
    loop
        body := replace(body, '{' || part.name || '}', coalesce(part.value, 'unknown'));
    end loop;
    return body;
end
$$;
comment on function memory.pattern_prompt(
    text, timestamptz, text, integer, integer, integer, text, double precision, jsonb, text
) is 'A prompt template filled with what was known of a symbol at a moment.';
