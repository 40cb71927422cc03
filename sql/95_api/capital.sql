-- Money that comes and goes without a trade.
--
-- Example: select api.move_capital(1, 5000, 'january', key => 'bank 2031');
--          select * from api.capital order by at desc;

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
'Deposits, withdrawals (negative) and income of the accounts.';

create or replace function api.move_capital(
    account_id bigint, amount numeric, note text, kind text default 'capital',
    key text default null
)
returns boolean
language plpgsql
security definer -- analysts have no rights on trade
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if (move_capital.kind in ('capital', 'income')) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'kind must be capital or income';
    end if;
    if move_capital.amount is null or move_capital.amount in (0, 'NaN', 'Infinity', '-Infinity') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'amount must be a number that is not 0',
            hint = 'A deposit is positive, a withdrawal negative.';
    end if;
    return trade.deposit(
        move_capital.account_id, move_capital.amount, null,
        coalesce(move_capital.note, ''), move_capital.key, move_capital.kind
    );
end
$$;
comment on function api.move_capital(bigint, numeric, text, text, text) is
'Books a deposit (negative: a withdrawal) or, kind income, dividends, interest and '
'fees; false when its key was booked before.';
