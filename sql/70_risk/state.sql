-- Who may trade: ACTIVE, REDUCING (only what lowers exposure), HALTED (nothing).
-- The strictest of the tenant's, the account's, the strategy's and the symbol's state
-- counts; a state with an end is over when its time has come.

create or replace function risk.trading_state(
    symbol text, strategy_id bigint default null, account_id bigint default null
)
returns table (state text, reason text)
language sql stable rows 1
begin atomic
    select
        s.state,
        pg_catalog.format(
            '%s%s: %s', s.scope, case when s.target <> '' then ' ' || s.target
            else '' end, s.reason
        )
    from risk.state as s
    where
        s.tenant_id = public.current_tenant()
        and s.state <> 'ACTIVE'
        and (s.until is null or s.until > pg_catalog.clock_timestamp())
        and s.target = case s.scope
            when 'tenant' then '' when 'symbol' then trading_state.symbol
            when 'account' then trading_state.account_id::text
            else trading_state.strategy_id::text
        end
    order by
        s.state = 'HALTED' desc, s.scope = 'tenant' desc, s.scope asc, s.source asc
    limit 1;
end;
comment on function risk.trading_state(text, bigint, bigint) is
'Why an order of this symbol, strategy and account may not pass freely: HALTED or REDUCING; no '
'row when all is well.';

-- A halt and a sending that has looked at the trading state meet at the tenant's row:
-- a halt waits for the sendings that are about to commit, which takes moments, and then
-- no sending begins that has not seen it. A sending never waits for a halt that is not
-- committed yet, nor for whoever holds one open: it fails, and is tried again.

create or replace function risk._hold_trading()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform from tenant.tenant as t
    where t.tenant_id = public.current_tenant()
    for share nowait;
exception
    when lock_not_available then
        raise exception using
            errcode = 'lock_not_available',
            message = 'trading is about to be halted',
            hint = 'Try again: the halt will be there, or it was given up.';
end
$$;
comment on function risk._hold_trading()
    is 'Lets no halt be written until the transaction ends.';

-- Whoever does not end his transaction does not keep a halt from being written.
create or replace function risk._await_sendings()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    patience constant text := current_setting('lock_timeout');
begin
    perform set_config('lock_timeout', '2s', true);
    begin
        perform from tenant.tenant as t
        where t.tenant_id = public.current_tenant()
        for no key update;
    exception
        when lock_not_available then
            raise warning
            'an order has been about to be sent for two seconds: it may leave yet';
    end;
    perform set_config('lock_timeout', patience, true);
end
$$;
comment on function risk._await_sendings()
    is 'Waits, for two seconds at most, until no sending is between looking at the state and its commit.';

create or replace function risk.set_state(
    scope text, target text, state text, reason text, until timestamptz default null,
    source text default 'manual'
)
returns risk.state
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    changed risk.state;
begin
    if set_state.until <= clock_timestamp() then
        raise exception using
            errcode = 'BW120',
            message = format('a halt cannot end at %s, which is past', set_state.until);
    end if;
    if coalesce(btrim(set_state.reason), '') = '' then
        raise exception using
            errcode = 'BW120',
            message = 'a change of the trading state needs a reason';
    end if;
    if set_state.scope = 'symbol'
        and not exists (
            select from market.instrument as i where i.symbol = set_state.target
        )
    then
        raise exception using
            errcode = 'BW121',
            message = format(
                'unknown symbol %s', coalesce(quote_literal(set_state.target), 'null')
            );
    end if;
    if set_state.scope = 'account'
        and not exists (
            select from trade.account as a
            where a.tenant_id = public.current_tenant()
            and a.account_id::text = set_state.target
        )
    then
        raise exception using
            errcode = 'BW123',
            message = format(
                'there is no account %s', coalesce(set_state.target, 'null')
            ),
            hint = 'See api.accounts.';
    end if;
    if set_state.state <> 'ACTIVE' then
        perform risk._await_sendings();
    end if;
    insert into risk.state (scope, target, source, state, reason, until)
    values (
        set_state.scope, coalesce(set_state.target, ''), set_state.source,
        set_state.state,
        set_state.reason,
        set_state.until
    )
    on conflict (tenant_id, scope, target, source) do update
        set
            state = excluded.state, reason = excluded.reason, until = excluded.until,
            changed_at = clock_timestamp(), changed_by = session_user
    returning * into changed;
    return changed;
end
$$;
comment on function risk.set_state(text, text, text, text, timestamptz, text) is
'Sets the trading state of the tenant, an account, a strategy or a symbol.';
