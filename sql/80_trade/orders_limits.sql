-- The only way an order row can come to be. Whoever inserts one, this locks the account
-- first, so that of two who would together pass a limit the second sees the first; then
-- it judges the limits and raises (class BW1) for what breaks one. The lock is an
-- update: under REPEATABLE READ, where a lock alone would show old rows, the second
-- fails to serialise.

create or replace function trade.check_new_order()
returns trigger
language plpgsql
security definer -- sees the account whoever inserts; its tenant is still the session's
set search_path = pg_catalog, pg_temp
as $$
declare
    instrument market.instrument;
    judged record;
begin
    if new.tenant_id <> public.current_tenant() then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'an order of another tenant';
    end if;
    -- What is found at the broker is there already: no limit can stop it.
    if new.origin in ('external', 'leg') then
        if new.status <> 'acked' or new.filled_quantity <> 0 then
            raise exception using
                errcode = 'BW130',
                message = format('an external order begins as acked, not as %s', new.status);
        end if;
        if new.origin = 'leg' and not exists (
            select from trade.bracket as b
            inner join trade.orders as e
                on b.tenant_id = e.tenant_id and b.order_id = e.order_id
            where
                b.tenant_id = new.tenant_id and b.order_id = new.oco and b.is_native
                and e.account_id = new.account_id and e.symbol = new.symbol
                and e.side <> new.side and new.quantity <= e.quantity
        ) then
            raise exception using
                errcode = 'BW130',
                message = 'a leg closes what its bracket opens, and no more';
        end if;
        update trade.account as a set revision = a.revision + 1
        where a.tenant_id = new.tenant_id and a.account_id = new.account_id;
        return new;
    end if;
    if new.status not in ('ready', 'refused') or new.filled_quantity <> 0
    or new.attempt <> 0
        or new.broker_order_id is not null
    then
        raise exception using
            errcode = 'BW130',
            message = format(
                'an order begins as ready or refused, not as %s', new.status
            );
    end if;
    select * into instrument from market.instrument as i where i.symbol = new.symbol;
    if not found then
        raise exception using
            errcode = 'BW121',
            message = format(
                'unknown symbol %s', coalesce(quote_literal(new.symbol), 'null')
            );
    end if;
    if not isfinite(new.placed_at) or new.placed_at > clock_timestamp() then
        raise exception using
            errcode = 'BW120',
            message = format(
                'an order cannot be placed at %s: nobody looks ahead', new.placed_at
            );
    end if;
    new.instrument_id := instrument.instrument_id;
    new.updated_at := clock_timestamp();

    update trade.account as a set revision = a.revision + 1
    where a.tenant_id = new.tenant_id and a.account_id = new.account_id;
    if not found then
        raise exception using
            errcode = 'BW123',
            message = format('there is no account %s', new.account_id),
            hint = 'See api.accounts.';
    end if;
    if new.status = 'refused' then
        return new;
    end if;

    select * into strict judged
    from risk._assess(
        new.account_id, new.instrument_id, new.side, new.quantity, new.limit_price,
        new.stop_price,
        new.strategy_id, new.placed_at, new.placed_by, new.oco
    );
    if judged.reason_code is not null then
        raise exception using
            errcode = (
                select l.sqlstate from risk.limit as l
                where l.reason_code = judged.reason_code
            ),
            message = judged.reason,
            detail = format(
                '%s; at most %s would pass.', judged.reason_code, judged.max_quantity
            ),
            -- For trade.place_order, which keeps the refused order.
            constraint = judged.reason_code;
    end if;
    new.reference_price := judged.price;
    return new;
end
$$;
comment on function trade.check_new_order() is
'Trigger function: locks the account and lets no order pass that breaks a limit.';

create or replace trigger _100_limits before insert on trade.orders
for each row execute function trade.check_new_order();
