-- What becomes of a decision: an order at once (auto), a question to a person
-- (approve), or nothing (suggest).
--
-- Example: select * from api.approvals where status = 'open';
--          select api.approve(3, 'looked at the news', quantity => 50);

create or replace function agent.approval_mode(
    strategy_id bigint, account_id bigint default null
)
returns text
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select m.mode from agent.approval_mode as m
            where m.tenant_id = public.current_tenant()
            and m.strategy_id = coalesce(approval_mode.strategy_id, 0)
        ),
        -- Other people's money is not moved without a word.
        (
            select 'approve' from trade.account as a
            where a.tenant_id = public.current_tenant()
            and a.account_id = approval_mode.account_id and a.broker <> 'paper'
        ),
        tenant.setting('approval_mode') #>> '{}'
    )
$$;
comment on function agent.approval_mode(bigint, bigint) is
'What becomes of decisions of a strategy for an account: suggest, approve or auto.';

create or replace function agent.set_approval_mode(
    mode text, strategy_id bigint default 0
)
returns void
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if set_approval_mode.mode is null
    or set_approval_mode.mode not in ('suggest', 'approve', 'auto') then
        raise exception using
            errcode = 'BW421',
            message = format(
                'decisions are suggested, approved or auto, not %s',
                coalesce(quote_literal(set_approval_mode.mode), 'null')
            );
    end if;
    insert into agent.approval_mode (strategy_id, mode)
    values (coalesce(set_approval_mode.strategy_id, 0), set_approval_mode.mode)
    on conflict (tenant_id, strategy_id) do update
        set mode = excluded.mode, changed_at = clock_timestamp(),
            changed_by = session_user;
    perform agent.record_event(
        'ApprovalModeSet', null,
        jsonb_build_object(
            'strategy_id', coalesce(set_approval_mode.strategy_id, 0),
            'mode', set_approval_mode.mode, 'by', session_user
        )
    );
end
$$;
comment on function agent.set_approval_mode(text, bigint) is
'Says what becomes of a strategy''s decisions (0: of cycles without one).';

create or replace function agent.ask_approval(
    kind text,
    proposal jsonb,
    reason text,
    status text default 'open',
    decision_id bigint default null,
    account_id bigint default null,
    symbol text default null
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    asked bigint;
begin
    insert into agent.approval (
        kind, decision_id, account_id, symbol, proposal, reason, status, expires_at
    ) values (
        ask_approval.kind, ask_approval.decision_id, ask_approval.account_id,
        ask_approval.symbol, ask_approval.proposal, ask_approval.reason,
        ask_approval.status,
        case when ask_approval.status = 'open' then clock_timestamp()
            + tenant.number_setting('approval_hours') * interval '1 hour' end
    )
    on conflict (tenant_id, decision_id) do nothing
    returning approval_id into asked;
    return asked;
end
$$;
comment on function agent.ask_approval(text, jsonb, text, text, bigint, bigint, text) is
'Puts a question (or, status suggested, a suggestion) into the inbox.';

create or replace function agent.expire_approvals()
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    gone agent.approval;
    expired integer := 0;
begin
    for gone in
        update agent.approval as a set status = 'expired', decided_at = clock_timestamp()
        where a.tenant_id = public.current_tenant() and a.status = 'open'
        and a.expires_at <= clock_timestamp()
        returning a.*
    loop
        perform agent.record_event(
            'ApprovalExpired', gone.symbol,
            jsonb_build_object('approval_id', gone.approval_id, 'kind', gone.kind)
        );
        expired := expired + 1;
    end loop;
    return expired;
end
$$;
comment on function agent.expire_approvals() is
'Closes the questions whose time has passed; returns how many.';

-- Takes an open question out of the inbox; raises when it is not open.
create or replace function agent._answer(
    approval_id bigint, status text, reason text, edited jsonb
)
returns agent.approval
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known agent.approval;
begin
    select * into known from agent.approval as a
    where a.tenant_id = public.current_tenant()
    and a.approval_id = _answer.approval_id
    for update;
    if not found then
        raise exception using
            errcode = 'BW420',
            message = format(
                'there is no approval %s', coalesce(_answer.approval_id::text, 'null')
            );
    end if;
    if known.status <> 'open' or known.expires_at <= clock_timestamp() then
        raise exception using
            errcode = 'BW422',
            message = format(
                'approval %s is %s', known.approval_id,
                case when known.status = 'open' then 'expired' else known.status end
            );
    end if;
    update agent.approval as a
    set
        status = _answer.status, decided_at = clock_timestamp(),
        decided_by = session_user, decided_reason = _answer.reason,
        edited = _answer.edited
    where a.tenant_id = known.tenant_id and a.approval_id = known.approval_id
    returning a.* into known;
    perform agent.record_event(
        case _answer.status when 'approved' then 'Approved' else 'Rejected' end,
        known.symbol,
        jsonb_strip_nulls(jsonb_build_object(
            'approval_id', known.approval_id, 'kind', known.kind, 'by', session_user,
            'reason', _answer.reason, 'edited', _answer.edited
        )),
        (
            select d.cycle_id from agent.decision as d
            where d.tenant_id = known.tenant_id and d.decision_id = known.decision_id
        )
    );
    return known;
end
$$;
comment on function agent._answer(bigint, text, text, jsonb)
    is 'Answers an open question of the inbox.';

create or replace function agent.approve(
    approval_id bigint,
    reason text default null,
    quantity numeric default null,
    limit_price numeric default null
)
returns agent.approval
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known agent.approval;
    decided agent.decision;
    cycle agent.cycle;
    placed trade.orders;
    answered agent.approval;
begin
    known := agent._answer(
        approve.approval_id, 'approved', approve.reason,
        nullif(
            jsonb_strip_nulls(jsonb_build_object(
                'quantity', approve.quantity, 'limit_price', approve.limit_price
            )), '{}'
        )
    );
    if known.kind = 'decision' then
        select * into strict decided from agent.decision as d
        where d.tenant_id = known.tenant_id and d.decision_id = known.decision_id;
        select * into strict cycle from agent.cycle as c
        where c.tenant_id = known.tenant_id and c.cycle_id = decided.cycle_id;
        placed := trade.place_decided(
            decided, known.account_id, coalesce(approve.quantity, decided.quantity),
            approve.limit_price,
            -- An order is placed when it is approved, not when it was thought of; only a
            -- replay goes on in its own time.
            as_of => case
                when decided.as_of < cycle.created_at - interval '1 hour'
                    then decided.as_of
            end
        );
        update agent.approval as a set order_id = placed.order_id
        where a.tenant_id = known.tenant_id and a.approval_id = known.approval_id;
    elsif known.kind = 'breaker' then
        perform risk.close_breaker(
            known.account_id, coalesce(approve.reason, 'approved')
        );
    elsif known.kind = 'strategy' then
        perform agent.disable_strategy(
            (known.proposal ->> 'strategy_id')::bigint, known.reason, known.proposal
        );
    else
        perform agent.apply_weight((known.proposal ->> 'weight_id')::bigint);
    end if;
    select * into answered from agent.approval as a
    where a.tenant_id = known.tenant_id and a.approval_id = known.approval_id;
    return answered;
end
$$;
comment on function agent.approve(bigint, text, numeric, numeric) is
'Says yes: places the order of a decision (with another size or a limit price, if '
'given), closes the circuit breaker, applies a weight, or disables a strategy.';

create or replace function agent.reject(approval_id bigint, reason text default null)
returns agent.approval
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known agent.approval;
begin
    known := agent._answer(reject.approval_id, 'rejected', reject.reason, null);
    if known.kind = 'breaker' then
        update risk.breaker as b set state = 'open'
        where b.tenant_id = known.tenant_id and b.account_id = known.account_id
        and b.state = 'closing';
    elsif known.kind = 'weight' then
        update agent.weight as w set status = 'rejected'
        where w.tenant_id = known.tenant_id
        and w.weight_id = (known.proposal ->> 'weight_id')::bigint;
    end if;
    return known;
end
$$;
comment on function agent.reject(bigint, text) is 'Says no to a question of the inbox.';
