-- Risk as its people see it: which bounds hold, what was cut, what the graph thinks.
--
-- Example: select api.bounds() ->> 'max_leverage' -> 2.0

create or replace function api.bounds()
returns jsonb
language sql stable
security definer -- callers have no rights on risk
set search_path = pg_catalog, pg_temp
as $$ select risk.bounds(session_user) $$;
comment on function api.bounds() is
'The bounds of all limits for whoever asks: the tightest of tenant, tier and member.';

create or replace view api.clamps with (security_barrier) as
select
    c.order_id,
    c.place,
    c.reason_code,
    c.before,
    c.after,
    c.reason,
    c.at
from risk.clamp as c
where c.tenant_id = current_tenant();
comment on view api.clamps is 'What limits cut off orders (setting on_limit: clamp).';

create or replace view api.risk_scores with (security_barrier) as
select
    s.symbol,
    s.strategy_id,
    s.score,
    s.reason,
    s.factors,
    s.at,
    s.until
from risk.score as s
where s.tenant_id = current_tenant();
comment on view api.risk_scores is
'What the risk graph thinks of symbols, 0 to 1; see the setting graph_risk_mode.';

create or replace function api.set_member_limit(
    role_name name, setting text, value jsonb
)
returns void
language sql
security definer -- callers have no rights on risk
set search_path = pg_catalog, pg_temp
as $$ select risk.set_member_limit(role_name, setting, value) $$;
comment on function api.set_member_limit(name, text, jsonb) is
'Binds one member of the tenant more tightly than its settings do; null takes it back.';
