-- The circuit breaker of an account: evaluated after every fill and before every cycle.
--
--     closed --(drawdown > 20 %, or 10 losing trades in a row)--> open
--     open   --(its condition is met: see risk._may_close)------> closing, or closed
--     closing --(approved)--> closed     (rejected) --> open
--
-- While it is not closed the account is REDUCING and the decisions of cycles are
-- shadows.

create or replace function risk._open_breaker(
    breaker risk.breaker, triggers text[], reason text
)
returns risk.breaker
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    opened risk.breaker;
begin
    update risk.breaker as b
    set
        state = 'open', triggers = _open_breaker.triggers,
        reason = _open_breaker.reason, opened_at = clock_timestamp(),
        opened_as_of = breaker.evaluated_at, closed_at = null
    where b.tenant_id = breaker.tenant_id and b.account_id = breaker.account_id
    returning b.* into opened;
    perform risk.set_state(
        'account', opened.account_id::text, 'REDUCING',
        format('circuit breaker: %s', reason), null, 'breaker'
    );
    perform agent.record_event(
        'BreakerOpened', null,
        jsonb_build_object(
            'account_id', opened.account_id, 'triggers', triggers, 'reason', reason,
            'peak', opened.peak, 'value', opened.value
        )
    );
    perform ops.raise_alert(
        'breaker',
        jsonb_build_object(
            'account_id', opened.account_id, 'state', 'open', 'reason', reason
        ), opened.account_id::text
    );
    return opened;
end
$$;
comment on function risk._open_breaker(risk.breaker, text[], text)
    is 'Opens a circuit breaker, with its state, event and alert.';

create or replace function risk.close_breaker(account_id bigint, reason text)
returns risk.breaker
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    closed risk.breaker;
begin
    if coalesce(btrim(close_breaker.reason), '') = '' then
        raise exception using
            errcode = 'BW120', message = 'closing a circuit breaker needs a reason';
    end if;
    select * into closed from risk.breaker as b
    where b.tenant_id = public.current_tenant()
    and b.account_id = close_breaker.account_id
    for update;
    if not found or closed.state = 'closed' then
        raise exception using
            errcode = 'BW125',
            message = format(
                'the circuit breaker of account %s is not open',
                close_breaker.account_id
            );
    end if;
    update risk.breaker as b
    set
        state = 'closed', closed_at = clock_timestamp(),
        reason = close_breaker.reason,
        -- The trades that opened it are not counted again; nor is a drawdown that is
        -- still there, or it would open at once.
        losses_since = (
            select a.revision from trade.account as a
            where a.tenant_id = b.tenant_id and a.account_id = b.account_id
        ),
        peak = case
            when 1 - b.value / nullif(b.peak, 0)
            >= tenant.number_setting('breaker_close_drawdown') then b.value
            else b.peak
        end
    where b.tenant_id = closed.tenant_id and b.account_id = closed.account_id
    returning b.* into closed;
    perform risk.set_state(
        'account', closed.account_id::text, 'ACTIVE', close_breaker.reason, null,
        'breaker'
    );
    update agent.approval as a
    set status = 'approved', decided_at = clock_timestamp(), decided_by = session_user,
        decided_reason = close_breaker.reason
    where a.tenant_id = closed.tenant_id and a.kind = 'breaker'
    and a.account_id = closed.account_id and a.status = 'open';
    perform agent.record_event(
        'BreakerClosed', null,
        jsonb_build_object(
            'account_id', closed.account_id, 'reason', close_breaker.reason,
            'by', session_user
        )
    );
    perform ops.raise_alert(
        'breaker',
        jsonb_build_object(
            'account_id', closed.account_id, 'state', 'closed',
            'reason', close_breaker.reason
        ), closed.account_id::text
    );
    return closed;
end
$$;
comment on function risk.close_breaker(bigint, text) is
'Closes a circuit breaker, whatever its condition; says who and why.';

create or replace function risk.trip_breaker(account_id bigint, reason text)
returns risk.breaker
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known risk.breaker;
begin
    if coalesce(btrim(trip_breaker.reason), '') = '' then
        raise exception using
            errcode = 'BW120', message = 'opening a circuit breaker needs a reason';
    end if;
    known := risk.evaluate_breaker(trip_breaker.account_id, clock_timestamp());
    if known.state <> 'closed' then
        return known;
    end if;
    return risk._open_breaker(known, '{manual}', trip_breaker.reason);
end
$$;
comment on function risk.trip_breaker(bigint, text) is
'Opens a circuit breaker by hand; it closes by hand or by its shadow Sharpe ratio.';

-- Puts the question whether a breaker may close into the inbox.
create or replace function risk._ask_to_close(
    breaker risk.breaker, event text, reason text, may_close boolean
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    asked bigint;
begin
    asked := agent.ask_approval(
        'breaker', jsonb_build_object('close', true, 'may_close', may_close), reason,
        account_id => breaker.account_id
    );
    update risk.breaker as b set state = 'closing'
    where b.tenant_id = breaker.tenant_id and b.account_id = breaker.account_id;
    perform agent.record_event(
        event, null,
        jsonb_build_object(
            'account_id', breaker.account_id, 'reason', reason,
            'may_close', may_close, 'approval_id', asked, 'by', session_user
        )
    );
    perform ops.raise_alert(
        'breaker',
        jsonb_build_object(
            'account_id', breaker.account_id, 'state', 'closing', 'reason', reason
        ), breaker.account_id::text
    );
    return asked;
end
$$;
comment on function risk._ask_to_close(risk.breaker, text, text, boolean) is
'Asks in the inbox whether an open circuit breaker may close; returns the question.';

create or replace function risk.evaluate_breaker(account_id bigint, at timestamptz)
returns risk.breaker
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    breaker risk.breaker;
    moment timestamptz;
    drawdown numeric;
    losses integer;
    cause text;
    closes_itself constant boolean := tenant.setting('breaker_close') = '"auto"';
begin
    if not exists (
        select from trade.account as a
        where a.tenant_id = public.current_tenant()
        and a.account_id = evaluate_breaker.account_id
    ) then
        raise exception using
            errcode = 'BW123',
            message = format('there is no account %s', evaluate_breaker.account_id),
            hint = 'See api.accounts.';
    end if;
    insert into risk.breaker as b (account_id) values (evaluate_breaker.account_id)
    on conflict (tenant_id, account_id) do nothing;
    select * into strict breaker from risk.breaker as b
    where b.tenant_id = public.current_tenant()
    and b.account_id = evaluate_breaker.account_id
    for update;
    -- Time only goes on: a replay of older days is judged by the latest it has seen.
    moment := greatest(evaluate_breaker.at, breaker.evaluated_at);
    breaker := risk._revalue(breaker, moment);
    update risk.breaker as b
    set
        units = breaker.units, value = breaker.value, peak = breaker.peak,
        seen_capital_event_id = breaker.seen_capital_event_id, evaluated_at = moment
    where b.tenant_id = breaker.tenant_id and b.account_id = breaker.account_id;
    drawdown := 1 - breaker.value / nullif(breaker.peak, 0);
    losses := risk._losses(breaker.account_id, breaker.losses_since);

    if breaker.state = 'closed' then
        if drawdown > tenant.number_setting('breaker_drawdown')
            or losses >= tenant.number_setting('breaker_losses')
        then
            breaker := risk._open_breaker(
                breaker,
                array_remove(array[
                    case when drawdown > tenant.number_setting('breaker_drawdown')
                        then 'drawdown' end,
                    case when losses >= tenant.number_setting('breaker_losses')
                        then 'losses' end
                ], null),
                format(
                    'equity is %s below its peak, %s trades in a row lost',
                    risk._percent(drawdown, 1), losses
                )
            );
        end if;
        return breaker;
    end if;

    perform trade.settle_shadows(breaker.account_id, moment);
    if breaker.state = 'open' or closes_itself then
        cause := risk._may_close(breaker, drawdown, moment);
    end if;
    if cause is not null and closes_itself then
        return risk.close_breaker(breaker.account_id, cause);
    end if;
    if breaker.state = 'open' then
        if cause is null then
            return breaker;
        end if;
        -- Whoever said no is not asked again within a day.
        if not exists (
            select from agent.approval as a
            where
                a.tenant_id = breaker.tenant_id and a.kind = 'breaker'
                and a.account_id = breaker.account_id
                and (a.status = 'open' or (
                    a.status = 'rejected'
                    and a.decided_at > clock_timestamp() - interval '1 day'
                ))
        ) then
            perform risk._ask_to_close(breaker, 'BreakerMayClose', cause, true);
            breaker.state := 'closing';
        end if;
    -- The question has expired: it is asked anew while the condition holds.
    elsif breaker.state = 'closing' and not exists (
        select from agent.approval as a
        where a.tenant_id = breaker.tenant_id and a.kind = 'breaker'
        and a.account_id = breaker.account_id and a.status = 'open'
        and a.expires_at > clock_timestamp()
    ) then
        perform agent.expire_approvals();
        update risk.breaker as b set state = 'open'
        where b.tenant_id = breaker.tenant_id and b.account_id = breaker.account_id
        returning b.* into breaker;
    end if;
    return breaker;
end
$$;
comment on function risk.evaluate_breaker(bigint, timestamptz) is
'Brings the circuit breaker of an account up to a time: opens it, lets it close or '
'asks whether it may; returns it.';

-- Somebody wishes to go on. Nothing closes here, but by the setting: who says yes in
-- the inbox sees whether the condition is met.
create or replace function risk.resume_breaker(account_id bigint, reason text)
returns table (
    state text, may_close boolean, question text, approval_id bigint,
    expires_at timestamptz
)
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known risk.breaker;
    was text;
    cause text;
    said text;
    question_id bigint;
    asked agent.approval;
begin
    if coalesce(btrim(resume_breaker.reason), '') = '' then
        raise exception using
            errcode = 'BW120',
            message = 'resuming behind a circuit breaker needs a reason';
    end if;
    select b.state into was from risk.breaker as b
    where b.tenant_id = public.current_tenant()
    and b.account_id = resume_breaker.account_id
    for update;
    known := risk.evaluate_breaker(resume_breaker.account_id, clock_timestamp());
    if known.state = 'closed' then
        if coalesce(was, 'closed') = 'closed' then
            raise exception using
                errcode = 'BW125',
                message = format(
                    'the circuit breaker of account %s is not open',
                    resume_breaker.account_id
                );
        end if;
        return query select
            known.state, true, known.reason, null::bigint, null::timestamptz;
        return;
    end if;
    cause := risk._may_close(
        known, 1 - known.value / nullif(known.peak, 0), known.evaluated_at
    );
    select a.* into asked from agent.approval as a
    where a.tenant_id = known.tenant_id and a.kind = 'breaker'
    and a.account_id = known.account_id and a.status = 'open'
    and a.expires_at > clock_timestamp()
    order by a.approval_id desc limit 1;
    if not found then
        said := format(
            '%s (%s)', btrim(resume_breaker.reason),
            coalesce(cause, 'the condition to close is not met')
        );
        question_id := risk._ask_to_close(
            known, 'BreakerResumeAsked', said, cause is not null
        );
        select a.* into strict asked from agent.approval as a
        where a.tenant_id = known.tenant_id and a.approval_id = question_id;
    end if;
    return query select
        'closing'::text, cause is not null, asked.reason, asked.approval_id,
        asked.expires_at;
end
$$;
comment on function risk.resume_breaker(bigint, text) is
'Asks in the inbox that an open circuit breaker closes, whether its condition is met '
'or not, and says which; whoever approves it closes the breaker.';
