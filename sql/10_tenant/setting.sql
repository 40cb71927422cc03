-- What the current tenant has set, or the default.
--
-- Example: select tenant.setting('max_positions') -> 10
--          select tenant.set_setting('max_positions', '5')

create or replace function tenant.setting(name text)
returns jsonb
language plpgsql stable
security definer -- read by everything that obeys a setting
set search_path = pg_catalog, pg_temp
as $$
declare
    found_value jsonb;
begin
    select coalesce(own.value, known.value) into found_value
    from tenant.setting_default as known
    left join tenant.setting as own
        on known.name = own.name and own.tenant_id = public.current_tenant()
    where known.name = setting.name;
    if not found then
        raise exception using
            errcode = 'BW010',
            message = format(
                'unknown setting %s', coalesce(quote_literal(setting.name), 'null')
            ),
            hint = 'The settings are the rows of tenant.setting_default.';
    end if;
    return found_value;
end
$$;
comment on function tenant.setting(text)
    is 'The current tenant''s value of a setting, or its default.';

create or replace function tenant.number_setting(name text)
returns numeric
-- PL/pgSQL keeps the plan; a SQL function would make it at every call.
language plpgsql stable
security definer -- as tenant.setting
set search_path = pg_catalog, pg_temp
as $$
begin
    return tenant.setting(number_setting.name)::numeric;
end
$$;
comment on function tenant.number_setting(text) is 'tenant.setting() of a number.';

create or replace function tenant.set_setting(name text, value jsonb)
returns void
language plpgsql
security definer -- nobody else may write settings
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known tenant.setting_default;
begin
    select * into known from tenant.setting_default as d
    where d.name = set_setting.name;
    if not found then
        raise exception using
            errcode = 'BW010',
            message = format(
                'unknown setting %s', coalesce(quote_literal(set_setting.name), 'null')
            ),
            hint = 'The settings are the rows of tenant.setting_default.';
    end if;
    if set_setting.value is null then
        delete from tenant.setting as s
        where s.tenant_id = public.current_tenant() and s.name = set_setting.name;
        return;
    end if;
    if jsonb_typeof(set_setting.value) <> jsonb_typeof(known.value)
        or (
            jsonb_typeof(known.value) = 'number'
            and (
                set_setting.value::numeric < known.minimum
                or set_setting.value::numeric > known.maximum
            )
        )
        or not coalesce(set_setting.value #>> '{}' = any(known.choices), true)
    then
        raise exception using
            errcode = 'BW011',
            message = format('%s cannot be %s', set_setting.name, set_setting.value),
            detail = format(
                'A %s%s%s is expected.', jsonb_typeof(known.value),
                ' from ' || known.minimum || ' to ' || known.maximum,
                ' of ' || array_to_string(known.choices, ', ')
            );
    end if;
    insert into tenant.setting (tenant_id, name, value)
    values (public.current_tenant(), set_setting.name, set_setting.value)
    on conflict (tenant_id, name) do update
        set value = excluded.value, changed_at = clock_timestamp();
end
$$;
comment on function tenant.set_setting(text, jsonb) is
'Sets a setting of the current tenant; null goes back to the default.';
