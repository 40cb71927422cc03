-- The language models known, in the order of the static table, and their prices. What
-- an operator changed is kept. Prices are the vendors' public lists as remembered when
-- this was written: check them before you rely on a cost.

insert into agent.model (
    provider, model, context_tokens, is_local, place, expected_score, expected_ms
) values
('anthropic', 'claude-sonnet-4-5', 200000, false, 10, 0.70, 6000),
('openai', 'gpt-5', 400000, false, 20, 0.70, 9000),
('gemini', 'gemini-2.5-pro', 1000000, false, 30, 0.68, 8000),
('anthropic', 'claude-haiku-4-5', 200000, false, 40, 0.62, 2500),
('openai', 'gpt-5-mini', 400000, false, 50, 0.62, 4000),
('gemini', 'gemini-2.5-flash', 1000000, false, 60, 0.60, 2500),
('local', 'smollm2', 8000, true, 90, 0.30, 4000)
on conflict (provider, model) do nothing;

insert into agent.model_price (
    provider, model, prompt_price, cached_price, completion_price, source
) values
('anthropic', 'claude-sonnet-4-5', 3, 0.30, 15, 'public list, 2025'),
('anthropic', 'claude-haiku-4-5', 1, 0.10, 5, 'public list, 2025'),
('openai', 'gpt-5', 1.25, 0.125, 10, 'public list, 2025'),
('openai', 'gpt-5-mini', 0.25, 0.025, 2, 'public list, 2025'),
('gemini', 'gemini-2.5-pro', 1.25, 0.31, 10, 'public list, 2025'),
('gemini', 'gemini-2.5-flash', 0.30, 0.075, 2.50, 'public list, 2025'),
('local', 'smollm2', 0, 0, 0, 'own machine')
on conflict (provider, model, valid_from) do nothing;
