-- How many neighbours make a pattern.

create or replace function memory.minimum_n()
returns integer
language plpgsql stable
security definer -- callers need no rights on settings
set search_path = pg_catalog, pg_temp
as $$
declare
    own jsonb;
begin
    -- The market may be asked without a tenant; then the default counts.
    if coalesce(current_setting('bellwether.tenant', true), '-1') not in ('', '-1') then
        select s.value into own
        from tenant.setting as s
        where s.tenant_id = public.current_tenant() and s.name = 'minimum_n';
    end if;
    return coalesce(
        own,
        (select d.value from tenant.setting_default as d where d.name = 'minimum_n'),
        '20'
    )::integer;
end
$$;
comment on function memory.minimum_n() is
'With fewer known outcomes than this the answer is "not enough history"; setting minimum_n, else 20.';
