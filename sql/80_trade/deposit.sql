-- Accounts and their capital.
--
-- Example: select trade.open_account('main', capital => 100000);
--          select trade.deposit(1, 5000, key => 'january');   -- -5000 withdraws

create or replace function trade.deposit(
    account_id bigint,
    amount numeric,
    at timestamptz default null,
    note text default 'deposit',
    key text default null,
    kind text default 'capital'
)
returns boolean
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    booked bigint;
    moment timestamptz := coalesce(deposit.at, clock_timestamp());
begin
    update trade.account as a set revision = a.revision + 1
    where a.tenant_id = public.current_tenant() and a.account_id = deposit.account_id;
    if not found then
        raise exception using
            errcode = 'BW123',
            message = format('there is no account %s', deposit.account_id),
            hint = 'See api.accounts.';
    end if;
    insert into trade.capital_event (account_id, kind, amount, at, note, key)
    values (
        deposit.account_id, deposit.kind, deposit.amount, moment, deposit.note,
        coalesce(deposit.key, gen_random_uuid()::text)
    )
    on conflict (tenant_id, account_id, key) do nothing
    returning capital_event_id into booked;
    if not found then
        return false;
    end if;
    insert into trade.ledger_entry (account_id, capital_event_id, ledger, amount, at)
    values
    (deposit.account_id, booked, 'cash', deposit.amount, moment),
    (deposit.account_id, booked, deposit.kind, -deposit.amount, moment);
    update trade.account as a set cash = a.cash + deposit.amount
    where a.tenant_id = public.current_tenant() and a.account_id = deposit.account_id;
    perform agent.record_event(
        'CapitalMoved', null,
        jsonb_build_object(
            'account_id', deposit.account_id, 'amount', deposit.amount,
            'kind', deposit.kind, 'note', deposit.note
        )
    );
    return true;
end
$$;
comment on function trade.deposit(bigint, numeric, timestamptz, text, text, text) is
'Books a deposit (negative: a withdrawal) or, kind income, dividends, interest and '
'fees; false when its key was booked before.';

-- A paper account may replay history, so its capital is there from the beginning of
-- time.
create or replace function trade.open_account(
    name text, broker text default 'paper', capital numeric default null
)
returns bigint
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    opened bigint;
begin
    insert into trade.account (name, broker)
        values (open_account.name, open_account.broker)
    on conflict (tenant_id, name) do nothing
    returning account_id into opened;
    if not found then
        select a.account_id into strict opened from trade.account as a
        where a.tenant_id = public.current_tenant() and a.name = open_account.name;
        return opened;
    end if;
    if open_account.broker = 'paper' then
        perform trade.deposit(
            opened, coalesce(
                open_account.capital, tenant.number_setting('paper_capital')
            ),
            timestamptz '1970-01-01 00:00Z', 'opening capital', 'opening'
        );
    end if;
    return opened;
end
$$;
comment on function trade.open_account(text, text, numeric) is
'Opens an account of the current tenant, a paper one with its capital; returns the id '
'of the one that has the name.';
