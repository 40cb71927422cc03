-- The texts of prompts. A new wording is a new version; an old one stays, so that an
-- answer can be traced to what was asked.

insert into memory.prompt_template (name, version, body) values
('baseline', 1,
'You are a trading analyst. Symbol: {symbol}. As of: {as_of} (nothing later is known).

State: {state}

Market: {market}

Answer with JSON: {"signal": "buy" | "sell" | "hold", "confidence": 0..1, "reason": "..."}.
Use only the numbers above. If they do not decide it, hold.'),
('enriched', 1,
'You are a trading analyst. Symbol: {symbol}. As of: {as_of} (nothing later is known).

State: {state}

Market: {market}

Regime: {regime}

What followed when it was like this ({verdict}):
{statistics}

The most similar moments:
{neighbours}

Answer with JSON: {"signal": "buy" | "sell" | "hold", "confidence": 0..1, "reason": "..."}.
Use only the numbers above. A win rate counts only against its base rate, and only if chance (p) does not explain it. '
'If the history is not enough, say so and draw no lesson from it.')
on conflict (name, version) do nothing;

create or replace function memory.refuse_template_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.fail('BW328', format(
        'version %s of template %s is never changed', old.version, old.name
    ));
    return null;
end
$$;
comment on function memory.refuse_template_change() is
'Trigger function: a template''s version stays what it was.';
create or replace trigger _100_append_only before update on memory.prompt_template
for each row execute function memory.refuse_template_change();
