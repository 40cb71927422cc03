-- Answers that may be replayed. The key is a digest of everything that was asked, so an
-- equal question has an equal answer; a replay is marked as one in the call log.

create or replace function agent.cached_answer(key bytea)
returns table (
    provider text, model text, answer jsonb, prompt_tokens integer,
    completion_tokens integer, created_at timestamptz
)
language sql
security definer -- answers are read only through here
set search_path = pg_catalog, pg_temp
as $$
    update agent.answer as a set hits = a.hits + 1
    where a.tenant_id = public.current_tenant() and a.key = cached_answer.key
    and a.expires_at > clock_timestamp()
    returning
        a.provider, a.model, a.answer, a.prompt_tokens, a.completion_tokens,
        a.created_at
$$;
comment on function agent.cached_answer(bytea) is
'The stored answer to a question, by its digest; no row if there is none that still '
'counts.';

create or replace function agent.store_answer(
    key bytea,
    provider text,
    model text,
    answer jsonb,
    prompt_tokens integer default null,
    completion_tokens integer default null
)
returns boolean
language plpgsql
security definer -- answers are written only through here
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    hours constant numeric := tenant.number_setting('answer_cache_hours');
begin
    if hours = 0 then
        return false;
    end if;
    delete from agent.answer as a
    where a.tenant_id = public.current_tenant() and a.expires_at <= clock_timestamp();
    insert into agent.answer (
        key, provider, model, answer, prompt_tokens, completion_tokens, expires_at
    ) values (
        store_answer.key, store_answer.provider, store_answer.model,
        store_answer.answer, store_answer.prompt_tokens,
        store_answer.completion_tokens,
        clock_timestamp() + hours * interval '1 hour'
    )
    -- The first answer stays: whoever replays it gets what others got.
    on conflict (tenant_id, key) do nothing;
    return found;
end
$$;
comment on function agent.store_answer(bytea, text, text, jsonb, integer, integer) is
'Keeps an answer to be replayed for answer_cache_hours; false when it was there or '
'answers are not kept.';
