-- The bounds that hold for an order: of the tenant's setting, its tier's and the
-- member's the tightest.
--
-- Example: select risk.bounds() ->> 'max_position_fraction' -> 0.20

create or replace function risk.bounds(member text default session_user)
returns jsonb
-- PL/pgSQL keeps the plan; a SQL function would make it at every call.
language plpgsql stable
security definer -- read by whatever judges
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return (
        with known as (
            select d.name, d.value, d.choices
            from tenant.setting_default as d
            where d.name in ('on_limit', 'graph_risk_mode')
            or d.name in (select l.setting from risk.limit as l)
        ),

        bound as (
            select known.name, coalesce(s.value, known.value) as value
            from known
            left join tenant.setting as s
                on known.name = s.name and s.tenant_id = public.current_tenant()
            union all
            select t.setting, t.value
            from risk.tier_limit as t
            where t.tier = coalesce((
                select o.tier from risk.tenant_tier as o
                where o.tenant_id = public.current_tenant()
            ), 'standard')
            union all
            select m.setting, m.value
            from risk.member_limit as m
            where m.tenant_id = public.current_tenant()
            and m.role_name = bounds.member
        )

        select jsonb_object_agg(tightest.name, tightest.value)
        from (
            select
                known.name,
                case
                    when known.choices is not null then to_jsonb(
                        known.choices[
                            max(array_position(known.choices, bound.value #>> '{}'))
                        ]
                    )
                    when jsonb_typeof(known.value) = 'boolean' then to_jsonb(
                        bool_and(bound.value = 'true')
                    )
                    else to_jsonb(min(
                        case when jsonb_typeof(bound.value) = 'number'
                            then bound.value::numeric end
                    ))
                end as value
            from known inner join bound on known.name = bound.name
            -- Of each kind only what can be read as one.
            where jsonb_typeof(bound.value) = jsonb_typeof(known.value)
            group by known.name, known.choices, known.value
        ) as tightest
    );
end
$$;
comment on function risk.bounds(text) is
'The bounds of all limits for a member, the tightest of tenant, tier and member.';

-- A bound must be one that the setting could have.
create or replace function risk.check_bound()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    known tenant.setting_default;
begin
    select * into known from tenant.setting_default as d where d.name = new.setting;
    if jsonb_typeof(new.value) <> jsonb_typeof(known.value)
        or not coalesce(new.value #>> '{}' = any(known.choices), true)
        or (
            known.name not in ('on_limit', 'graph_risk_mode') and not exists (
                select from risk.limit as l where l.setting = known.name
            )
        )
    then
        raise exception using
            errcode = 'BW011',
            message = format('%s cannot be bound by %s', new.setting, new.value);
    end if;
    return new;
end
$$;
comment on function risk.check_bound()
    is 'Trigger function: a bound is of a limit, and of its kind.';
create or replace trigger _100_bound before insert or update on risk.tier_limit
for each row execute function risk.check_bound();
create or replace trigger _100_bound before insert or update on risk.member_limit
for each row execute function risk.check_bound();

create or replace function risk.set_tier(tenant_id integer, tier text)
returns void
language sql
begin atomic
    insert into risk.tenant_tier (tenant_id, tier)
    values (set_tier.tenant_id, set_tier.tier)
    on conflict (tenant_id) do update set tier = excluded.tier;
end;
comment on function risk.set_tier(integer, text) is
'Puts a tenant into a tier; for superusers.';

create or replace function risk.set_member_limit(
    role_name name, setting text, value jsonb
)
returns void
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if set_member_limit.value is null then
        delete from risk.member_limit as m
        where m.tenant_id = public.current_tenant()
        and m.role_name = set_member_limit.role_name
        and m.setting = set_member_limit.setting;
        return;
    end if;
    insert into risk.member_limit (role_name, setting, value)
    values (
        set_member_limit.role_name, set_member_limit.setting, set_member_limit.value
    )
    on conflict (tenant_id, role_name, setting) do update set value = excluded.value;
end
$$;
comment on function risk.set_member_limit(name, text, jsonb) is
'Binds one member of the tenant more tightly; null takes it back.';
