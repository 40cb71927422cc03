-- Prompts in versions.
--
-- Example: select agent.add_prompt('DataAgent', 'You see ...') -> 2
--          select version from agent.prompt_in_use('DataAgent') -> 2

create or replace function agent.check_prompt_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'DELETE' or to_jsonb(new) - 'active' <> to_jsonb(old) - 'active' then
        raise exception using
            errcode = 'BW141',
            message = format(
                'prompt %s %s cannot be changed', old.name, old.version
            ),
            hint = 'Add a new version.';
    end if;
    return new;
end
$$;
comment on function agent.check_prompt_change()
    is 'Trigger function: of a prompt only its use changes, never its words.';
create or replace trigger _100_only_grows before update or delete on agent.prompt
for each row execute function agent.check_prompt_change();

create or replace function agent.add_prompt(
    name text, body text, answer_schema jsonb default null, note text default null
)
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    newest agent.prompt;
begin
    -- One after another, or two would take the same number.
    perform pg_advisory_xact_lock(
        hashtext('agent.add_prompt ' || add_prompt.name), public.current_tenant()
    );
    select * into newest from agent.prompt as p
    where p.tenant_id = public.current_tenant() and p.name = add_prompt.name
    order by p.version desc limit 1;
    if newest.active and newest.body = add_prompt.body
        and newest.answer_schema is not distinct from add_prompt.answer_schema
    then
        return newest.version;
    end if;
    insert into agent.prompt (name, version, body, answer_schema, note)
    values (
        add_prompt.name, coalesce(newest.version, 0) + 1, add_prompt.body,
        add_prompt.answer_schema, add_prompt.note
    );
    return coalesce(newest.version, 0) + 1;
end
$$;
comment on function agent.add_prompt(text, text, jsonb, text) is
'Adds a version of a prompt and uses it from now on; the same words again are the same '
'version.';

create or replace function agent.use_prompt(name text, version integer)
returns void
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if use_prompt.version <> 0 and not exists (
        select from agent.prompt as p
        where p.tenant_id = public.current_tenant() and p.name = use_prompt.name
        and p.version = use_prompt.version
    ) then
        raise exception using
            errcode = 'BW411',
            message = format(
                'there is no version %s of prompt %s', use_prompt.version,
                use_prompt.name
            );
    end if;
    update agent.prompt as p set active = p.version = use_prompt.version
    where p.tenant_id = public.current_tenant() and p.name = use_prompt.name
    and p.active <> (p.version = use_prompt.version);
end
$$;
comment on function agent.use_prompt(text, integer) is
'Goes back (or on) to a version of a prompt; 0: to that of the system.';

create or replace function agent.prompt_in_use(name text)
returns table (
    name text, version integer, prompt_version text, body text, answer_schema jsonb
)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select
        p.name, p.version,
        format(
            '%s%s@%s', case when p.tenant_id = 0 then 'system:' else '' end, p.name,
            p.version
        ),
        p.body, p.answer_schema
    from agent.prompt as p
    where
        p.tenant_id in (public.current_tenant(), 0) and p.name = prompt_in_use.name
        and p.active
    order by p.tenant_id <> 0 desc, p.version desc
    limit 1
$$;
comment on function agent.prompt_in_use(text) is
'The prompt that is used under a name: the tenant''s own, or the system''s.';
