-- From time to time, too; when, an operator may change by the schedule's name.
create or replace function trade._schedule_reconcile(account trade.account)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant text := format('reconcile account %s', account.account_id);
begin
    if account.broker = 'paper' or exists (
        select from work.schedule as s
        where s.tenant_id = account.tenant_id and s.name = wanted
    ) then
        return;
    end if;
    perform work.set_schedule(
        wanted, '*/15 * * * *', 'reconcile_account',
        jsonb_build_object('account_id', account.account_id), account.tenant_id
    );
end
$$;
comment on function trade._schedule_reconcile(trade.account) is
'Has the books of an account at another''s broker compared every quarter of an hour.';
