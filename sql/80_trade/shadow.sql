-- Shadow decisions: taken while the circuit breaker was open and never sent. What would
-- have come of one: in at the next bar's open, out at the close of the bar that is
-- shadow_bars - 1 later, fee and slippage both ways.

create or replace function trade.settle_shadows(account_id bigint, at timestamptz)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    settled integer;
    bars constant integer := tenant.number_setting('shadow_bars');
    costs constant double precision :=
    2 * (tenant.number_setting('fee_bps') + tenant.number_setting('slippage_bps'))
    / 10000;
begin
    update agent.shadow as s
    set
        entry_price = what.entry_price, exit_price = what.exit_price,
        exit_at = what.exit_at, result = what.result
    from (
        select
            w.tenant_id, w.decision_id, entry.open::numeric as entry_price,
            leaving.close::numeric as exit_price, leaving.known_at as exit_at,
            case w.side when 'buy' then 1 else -1 end
            * (leaving.close / entry.open - 1) - costs as result
        from agent.shadow as w
        cross join lateral (
            select b.ts, coalesce(b.open, b.close) as open from market.bar as b
            where b.instrument_id = w.instrument_id and b.bar_interval = '1d'
            and b.ts > w.as_of order by b.ts limit 1
        ) as entry
        cross join lateral (
            select b.close, b.known_at from market.bar as b
            where b.instrument_id = w.instrument_id and b.bar_interval = '1d'
            and b.ts >= entry.ts order by b.ts offset bars - 1 limit 1
        ) as leaving
        where
            w.tenant_id = public.current_tenant()
            and w.account_id = settle_shadows.account_id
            and w.result is null and leaving.known_at <= settle_shadows.at
    ) as what
    where s.tenant_id = what.tenant_id and s.decision_id = what.decision_id;
    get diagnostics settled = row_count;
    return settled;
end
$$;
comment on function trade.settle_shadows(bigint, timestamptz) is
'Writes down what would have come of shadow decisions, as far as bars are known at a '
'time; returns how many were new.';
