-- Everything that refuses an order.
--
-- Example: select setting, value from api.limits;

create or replace view api.limits with (security_barrier) as
select
    l.reason_code,
    l.sqlstate,
    l.setting,
    l.clamps,
    b.bounds -> l.setting as value,
    l.description
from risk.limit as l
cross join lateral (select api.bounds() as bounds) as b;
comment on view api.limits is
'Everything that refuses an order, and the bound that holds for you: the tightest of '
'tenant, tier and member.';
