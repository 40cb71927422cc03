-- The inbox, and what becomes of decisions.
--
-- Example: select approval_id, symbol, proposal, reason from api.approvals
--          where status = 'open';
--          select status, order_id from api.approve(3, 'agreed', quantity => 50);

create or replace view api.approvals with (security_barrier) as
select
    a.approval_id,
    a.kind,
    a.symbol,
    a.account_id,
    a.decision_id,
    d.cycle_id,
    a.proposal,
    a.reason,
    case
        when a.status = 'open' and a.expires_at <= clock_timestamp() then 'expired'
        else a.status
    end as status,
    a.created_at,
    a.expires_at,
    a.decided_at,
    a.decided_by,
    a.decided_reason,
    a.edited,
    a.order_id
from agent.approval as a
left join agent.decision as d
    on a.tenant_id = d.tenant_id and a.decision_id = d.decision_id
where a.tenant_id = current_tenant();
comment on view api.approvals is
'The inbox: decisions, circuit breakers and weights that wait for a word, and what was '
'said.';

create or replace view api.approval_modes with (security_barrier) as
select
    m.strategy_id,
    m.mode,
    m.changed_at,
    m.changed_by
from agent.approval_mode as m
where m.tenant_id = current_tenant();
comment on view api.approval_modes is
'Strategies whose decisions are suggested, approved or auto; others follow the setting '
'approval_mode.';

create or replace view api.shadow_decisions with (security_barrier) as
select
    s.decision_id,
    s.account_id,
    s.symbol,
    s.side,
    s.quantity,
    s.as_of,
    s.entry_price,
    s.exit_price,
    s.exit_at,
    s.result
from agent.shadow as s
where s.tenant_id = current_tenant();
comment on view api.shadow_decisions is
'Decisions taken while the circuit breaker was open, and what would have come of them.';

create or replace function api.approve(
    approval_id bigint,
    reason text default null,
    quantity numeric default null,
    limit_price numeric default null
)
returns agent.approval
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.approve(approval_id, reason, quantity, limit_price) $$;
comment on function api.approve(bigint, text, numeric, numeric) is
'Says yes to a question of the inbox; a decision may be given another size or a limit '
'price first.';

create or replace function api.reject(approval_id bigint, reason text default null)
returns agent.approval
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.reject(approval_id, reason) $$;
comment on function api.reject(bigint, text) is 'Says no to a question of the inbox.';

create or replace function api.set_approval_mode(
    mode text, strategy_id bigint default 0
)
returns void
language sql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$ select agent.set_approval_mode(mode, strategy_id) $$;
comment on function api.set_approval_mode(text, bigint) is
'Says what becomes of a strategy''s decisions: suggest, approve or auto; 0: of cycles '
'without a strategy.';

create or replace view api.exit_plans with (security_barrier) as
select
    p.plan_id,
    p.account_id,
    p.symbol,
    p.direction,
    p.entry_price,
    p.stop_price,
    p.target_price,
    p.exit_by,
    p.close_below,
    p.close_above,
    p.invalidation,
    p.status,
    p.triggered_by,
    p.triggered_at,
    p.exit_order_id,
    p.opened_by,
    p.created_at
from trade.exit_plan as p
where p.tenant_id = current_tenant();
comment on view api.exit_plans is
'When each position is given up: stop, target, time, and what would prove it wrong.';

create or replace function api.set_exit_plan(
    account_id bigint,
    symbol text,
    stop numeric default null,
    target numeric default null,
    until timestamptz default null,
    invalidation text default null
)
returns trade.exit_plan
language sql
security definer -- analysts have no rights on trade
set search_path = pg_catalog, pg_temp
as $$ select trade.set_exit_plan(
    account_id, symbol, stop, target, until, invalidation
) $$;
comment on function api.set_exit_plan(
    bigint, text, numeric, numeric, timestamptz, text
) is 'Changes when a position is given up; what is null stays.';
