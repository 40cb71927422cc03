-- What to ask a language model about a symbol.
-- Example: select api.pattern_prompt('AAPL', '2018-02-05')

create or replace function api.pattern_prompt(
    symbol text,
    as_of timestamptz default now(),
    kind text default 'enriched',
    template_version integer default null,
    k integer default 50,
    horizon integer default 5,
    bar_interval text default '1d',
    min_similarity double precision default 0.7,
    filters jsonb default '{}',
    by text default 'features'
)
returns text
language sql stable
security definer -- outsiders read market data only through api
set search_path = pg_catalog, pg_temp
as $$
    select memory.pattern_prompt(
        symbol, as_of, kind, template_version, k, horizon, bar_interval, min_similarity,
        filters, by
    )
$$;
comment on function api.pattern_prompt(
    text, timestamptz, text, integer, integer, integer, text, double precision, jsonb, text
) is
'The prompt about a symbol as of a moment: baseline (its state alone) or enriched (with what followed like states); the latest version of the template, or the one named.';

create or replace view api.prompt_templates as
select
    t.name,
    t.version,
    t.body,
    t.created_at
from memory.prompt_template as t;
comment on view api.prompt_templates is
'The texts that api.pattern_prompt fills in, a row a version.';
