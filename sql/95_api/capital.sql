-- Money that comes and goes without a fill, and what people write down themselves.
--
-- Example: select api.deposit(1, 5000, 'january', 'jan-2027');
--          select api.withdraw(1, 200);
--          select api.note('The feed was late this morning.', 'AAPL');

create or replace view api.capital with (security_barrier) as
select
    c.capital_event_id,
    c.account_id,
    c.kind,
    c.amount,
    c.at,
    c.note,
    c.key
from trade.capital_event as c
where c.tenant_id = current_tenant();
comment on view api.capital is
'Deposits and withdrawals (kind capital, no return), and dividends, interest and fees '
'(kind income).';

create or replace function api.deposit(
    account_id bigint, amount numeric, note text default 'deposit',
    key text default null
)
returns boolean
language plpgsql
security definer -- analysts have no rights on trade
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    account trade.account;
    reserved numeric;
begin
    if not coalesce(abs(deposit.amount) > 0 and abs(deposit.amount) < 'infinity', false)
    then
        raise exception using
            errcode = 'BW120', message = 'a deposit needs an amount';
    end if;
    select * into account from trade.account as a
    where a.tenant_id = public.current_tenant() and a.account_id = deposit.account_id
    for update;
    if not found then
        raise exception using
            errcode = 'BW123',
            message = format('there is no account %s', deposit.account_id),
            hint = 'See api.accounts.';
    end if;
    if account.broker <> 'paper' then
        raise exception using
            errcode = 'BW137',
            message = format(
                'the money of account %s is moved at %s', account.account_id,
                account.broker
            ),
            hint = 'The next reconciliation books it here.';
    end if;
    -- Asked twice it is once: what is left now is another matter.
    if exists (
        select from trade.capital_event as c
        where c.tenant_id = account.tenant_id and c.account_id = account.account_id
        and c.key = deposit.key
    ) then
        return false;
    end if;
    -- What open orders may cost is spoken for. Of those that exclude each other only one
    -- counts: the largest.
    select coalesce(sum(o.amount), 0) into reserved
    from (
        select max(
            (b.quantity - b.filled_quantity)
            * coalesce(b.limit_price, greatest(b.stop_price, b.reference_price), 0)
        ) as amount
        from trade.orders as b
        where
            b.tenant_id = account.tenant_id and b.account_id = account.account_id
            and b.side = 'buy'
            and b.status in ('ready', 'submitting', 'unknown', 'acked', 'partial')
        group by coalesce(b.oco, -b.order_id)
    ) as o;
    reserved := reserved * (
        1 + (tenant.number_setting('fee_bps') + tenant.number_setting('slippage_bps'))
        / 10000
    );
    if deposit.amount < 0 and account.cash - reserved + deposit.amount < 0 then
        raise exception using
            errcode = 'BW137',
            message = format(
                'account %s has %s, less than is to be withdrawn', account.account_id,
                round(account.cash - reserved, 2)
            ),
            detail = format(
                'Cash %s, of which open orders may cost %s.', round(account.cash, 2),
                round(reserved, 2)
            );
    end if;
    return trade.deposit(
        deposit.account_id, deposit.amount, null, deposit.note, deposit.key
    );
end
$$;
comment on function api.deposit(bigint, numeric, text, text) is
'Books a deposit into a paper account (negative: a withdrawal); false when its key was '
'booked before.';

create or replace function api.withdraw(
    account_id bigint, amount numeric, note text default 'withdrawal',
    key text default null
)
returns boolean
language sql
security definer -- as api.deposit
set search_path = pg_catalog, pg_temp
as $$ select api.deposit(account_id, -amount, note, key) $$;
comment on function api.withdraw(bigint, numeric, text, text) is
'Books a withdrawal from a paper account; false when its key was booked before.';

create or replace function api.note(
    text text, symbol text default null, cycle_id bigint default null
)
returns void
language plpgsql
security definer -- analysts have no rights on agent
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if coalesce(length(btrim(note.text)), 0) not between 1 and 10000 then
        raise exception using
            errcode = 'BW120', message = 'a note has 1 to 10000 characters';
    end if;
    if note.symbol is not null and not exists (
        select from market.instrument as i where i.symbol = note.symbol
    ) then
        raise exception using
            errcode = 'BW121', message = format('unknown symbol %L', note.symbol);
    end if;
    if note.cycle_id is not null and not exists (
        select from agent.cycle as c
        where c.tenant_id = public.current_tenant() and c.cycle_id = note.cycle_id
    ) then
        raise exception using
            errcode = 'BW402', message = format('there is no cycle %s', note.cycle_id);
    end if;
    perform agent.record_event(
        'Note', note.symbol,
        jsonb_build_object('text', note.text, 'by', session_user), note.cycle_id
    );
end
$$;
comment on function api.note(text, text, bigint) is
'Writes a note among the events, of a symbol or a cycle if it is about one.';

create or replace view api.preflights with (security_barrier) as
select
    p.preflight_id,
    p.at,
    p.passed,
    p.checks,
    p.checked_by
from trade.preflight as p
where p.tenant_id = current_tenant();
comment on view api.preflights is
'What the checks before trading real money found (bellwether preflight).';
