-- The language models known, in the order of the static table, and their prices. What
-- an operator changed is kept: new rows go in by agent.set_price or by hand.
--
-- checked_on says when a price was last compared with the vendor's own page; those
-- without a day are as remembered: check them before you rely on a cost.
--
-- Example: select agent.set_price('openai', 'gpt-5', 1.25, 10, 0.125,
--     'developers.openai.com/api/docs/pricing')

insert into agent.model (
    provider, model, context_tokens, is_local, place, expected_score, expected_ms
) values
('anthropic', 'claude-sonnet-5-5', 1000000, false, 5, 0.74, 6000),
('openai', 'gpt-6-sol', 922000, false, 8, 0.74, 9000),
('anthropic', 'claude-sonnet-4-5', 200000, false, 10, 0.70, 6000),
('openai', 'gpt-5', 400000, false, 20, 0.70, 9000),
('gemini', 'gemini-2.5-pro', 1000000, false, 30, 0.68, 8000),
('anthropic', 'claude-haiku-5-5', 1000000, false, 34, 0.66, 2500),
('openai', 'gpt-6-luna', 922000, false, 36, 0.66, 4000),
('anthropic', 'claude-haiku-4-5', 200000, false, 40, 0.62, 2500),
('openai', 'gpt-5-mini', 400000, false, 50, 0.62, 4000),
('gemini', 'gemini-2.5-flash', 1000000, false, 60, 0.60, 2500),
('local', 'smollm2', 8000, true, 90, 0.30, 4000)
on conflict (provider, model) do nothing;

insert into agent.model_price (
    provider, model, valid_from, prompt_price, cached_price, completion_price, source,
    checked_on
) values
(
    'anthropic', 'claude-sonnet-5-5', '2026-09-22', 2, 0.20, 10,
    'vendor''s price, as release notes that quote it say', null
),
(
    'anthropic', 'claude-sonnet-5-5', '2026-10-07', 2, 0.10, 10,
    'vendor''s price, as release notes that quote it say', null
),
(
    'anthropic', 'claude-haiku-5-5', '2026-10-07', 0.10, 0.01, 0.50,
    'platform.claude.com/docs/en/models/haiku-5-5/overview, prompts to 100,000 tokens',
    '2026-11-21'
),
(
    'openai', 'gpt-6-sol', '2026-09-22', 2, 0.20, 10,
    'vendor''s price, as release notes that quote it say; prompts to 272,000 tokens',
    null
),
(
    'openai', 'gpt-6-luna', '2026-09-22', 0.10, 0.01, 0.50,
    'developers.openai.com/api/docs/models/gpt-6-luna, prompts to 272,000 tokens',
    '2026-11-21'
),
(
    'anthropic', 'claude-sonnet-4-5', '2000-01-01', 3, 0.30, 15, 'public list, 2025',
    null
),
('anthropic', 'claude-haiku-4-5', '2000-01-01', 1, 0.10, 5, 'public list, 2025', null),
('openai', 'gpt-5', '2000-01-01', 1.25, 0.125, 10, 'public list, 2025', null),
('openai', 'gpt-5-mini', '2000-01-01', 0.25, 0.025, 2, 'public list, 2025', null),
('gemini', 'gemini-2.5-pro', '2000-01-01', 1.25, 0.31, 10, 'public list, 2025', null),
(
    'gemini', 'gemini-2.5-flash', '2000-01-01', 0.30, 0.075, 2.50,
    'public list, 2025', null
),
('local', 'smollm2', '2000-01-01', 0, 0, 0, 'own machine', null)
on conflict (provider, model, valid_from) do nothing;

-- Seen again on the vendor's page, unchanged.
update agent.model_price as p
set
    checked_on = '2026-11-21',
    source = 'platform.claude.com/docs/en/models/haiku-4-5/overview'
where p.provider = 'anthropic' and p.model = 'claude-haiku-4-5'
and p.source = 'public list, 2025' and (p.prompt_price, p.completion_price) = (1, 5);

create or replace function agent.set_price(
    provider text, model text, prompt_price numeric, completion_price numeric,
    cached_price numeric, source text, valid_from date default current_date
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into agent.model_price (
        provider, model, valid_from, prompt_price, cached_price, completion_price,
        source, checked_on
    ) values (
        set_price.provider, set_price.model, set_price.valid_from,
        set_price.prompt_price, set_price.cached_price, set_price.completion_price,
        set_price.source, current_date
    )
    on conflict (provider, model, valid_from) do update
        set
            prompt_price = excluded.prompt_price, cached_price = excluded.cached_price,
            completion_price = excluded.completion_price, source = excluded.source,
            checked_on = excluded.checked_on
$$;
comment on function agent.set_price(
    text, text, numeric, numeric, numeric, text, date
) is
'Writes what a model costs from a day on (US dollars per million tokens), with where '
'that is from; for the operator. Calls of earlier days keep their cost.';
