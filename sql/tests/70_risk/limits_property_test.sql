-- Random orders on random markets: no order leads above a limit. After each one that
-- makes the worst case worse (all open orders of one side filled at the price judged
-- by, costs reckoned) no position, sector, gross exposure or count is above its limit
-- and no cash is below zero.
begin;
select plan(5);
\ir ../desk.psql

-- The worst that open orders can do, for each instrument, at a price.
create function pg_temp.worst(at timestamptz)
returns table (
    symbol text, sector text, exposure numeric, equity numeric, free_cash numeric
) language sql as $$
    with line as (
        select p.instrument_id, p.quantity as held, 0::numeric as buys,
            0::numeric as sells
        from trade.position as p where p.tenant_id = current_tenant()
        union all
        select
            o.instrument_id, 0, case when o.side = 'buy' then o.quantity else 0 end,
            case when o.side = 'sell' then o.quantity else 0 end
        from trade.orders as o
        where o.tenant_id = current_tenant() and o.status = 'ready'
    ),
    summed as (
        select line.instrument_id, sum(held) as held, sum(buys) as buys,
            sum(sells) as sells
        from line group by line.instrument_id
    ),
    priced as (
        select summed.*, i.symbol, coalesce(i.sector, i.asset_class) as sector, q.price
        from summed inner join market.instrument as i using (instrument_id)
        cross join lateral risk.last_close(i.instrument_id, at) as q
    )
    select
        priced.symbol, priced.sector,
        priced.price * greatest(
            priced.held + priced.buys, priced.sells - priced.held, 0
        ),
        a.cash + sum(priced.held * priced.price)
            over () - 0.001 * sum((priced.buys + priced.sells) * priced.price) over (),
        a.cash - 1.001 * sum(priced.buys * priced.price) over ()
    from priced cross join trade.account as a
    where a.tenant_id = current_tenant()
$$;

create temporary table seen (
    try int, symbol text, side text, quantity numeric, status text, reason_code text,
    breach text
) on commit drop;
create temporary table worst on commit drop as select * from pg_temp.worst(now());

-- Fills all that is open, at the price judged by and with the fee reckoned.
create function pg_temp.fill_all(at timestamptz) returns void language plpgsql as $$
declare
    placed trade.orders;
begin
    for placed in select * from trade.open_orders(pg_temp.account()) loop
        perform trade.begin_submit(placed.order_id);
        perform trade.record_fill(
            placed.order_id, 'f' || placed.order_id, placed.quantity,
            placed.reference_price,
            round(placed.quantity * placed.reference_price * 0.0005, 8), at
        );
    end loop;
end
$$;

-- A fixed seed; the plan of a query may still draw in another order, so the walk goes on
-- until each limit has refused some (500 orders at least, 5,000 at most).
select setseed(0.42) \g /dev/null
select tenant.set_setting('max_positions', '6') \g /dev/null
-- Prices fall without end here; what stops the account is tested elsewhere.
select tenant.set_setting('breaker_drawdown', '1') \g /dev/null
select tenant.set_setting('breaker_losses', '1000') \g /dev/null
select tenant.set_setting('max_daily_loss_fraction', '1') \g /dev/null
do $$
declare
    at timestamptz;
    placed trade.orders;
    wanted_symbol text;
    wanted_side text;
    wanted_quantity numeric;
    before numeric;
    gross numeric := 1;
    day int := 0;
    breach text;
begin
    for try in 1..5000 loop
        exit when try > 500 and 5 = (
            select count(distinct s.reason_code) from seen as s
            where s.reason_code in (
                'POSITION_LIMIT', 'SECTOR_LIMIT', 'GROSS_LIMIT', 'POSITION_COUNT_LIMIT',
                'INSUFFICIENT_CASH'
            )
        );
        at := timestamptz '2018-01-03 23:00Z' + day * interval '1 day';
        -- Every so often all that is open is filled, sometimes everything is closed,
        -- and a day passes: prices move.
        if random() < 0.1 then
            perform pg_temp.fill_all(at);
            if random() < 0.4 then
                perform trade.place_order(
                    p.account_id, p.symbol, case when p.quantity > 0 then 'sell'
                    else 'buy' end,
                    abs(p.quantity), as_of => at
                ) from trade.position as p where p.tenant_id = current_tenant()
                and p.quantity <> 0;
                perform pg_temp.fill_all(at);
                gross := case when random() < 0.5 then 1 else 3 end;
                perform tenant.set_setting('max_gross_fraction', to_jsonb(gross));
            end if;
            day := least(day + 1, 15);
            at := timestamptz '2018-01-03 23:00Z' + day * interval '1 day';
            update market.bar as b
            set
                close = c.close, low = c.close * 0.5, high = c.close * 2,
                open = c.close,
                -- Another past, not a correction: known a moment earlier.
                known_at = b.known_at - interval '1 microsecond'
            from (
                select r.instrument_id, r.ts, r.close * (0.7 + 0.6 * random()) as close
                from (
                    select b.* from market.bar as b
                    inner join market.instrument as i using (instrument_id)
                    where i.symbol ~ '^T(\d\d|C-USD)$' and b.ts > at - interval '1 day'
                    order by b.instrument_id, b.ts
                ) as r
            ) as c
            where b.instrument_id = c.instrument_id and b.ts = c.ts;
        end if;

        -- Near the limit more often than not.
        wanted_symbol := (
            array['T01','T02','T03','T04','T05','T07','T08','T09','TC-USD']
        )[ceil(9 * random())];
        wanted_side := case when random() < 0.7 then 'buy' else 'sell' end;
        wanted_quantity := case
            when random() < 0.7 then greatest(
                (select c.max_quantity from risk.check_order(
                    pg_temp.account(), wanted_symbol, wanted_side, 1, as_of => at
                ) as c) + floor(random() * 4)::int - 2, 1
            )
            else ceil(random() * 300)
        end;
        select w.exposure into before from pg_temp.worst(at) as w
        where w.symbol = wanted_symbol;

        placed := trade.place_order(
            pg_temp.account(), wanted_symbol, wanted_side, wanted_quantity, as_of => at
        );
        delete from worst;
        insert into worst select * from pg_temp.worst(at);
        select string_agg(b.what, ', ') into breach
        from (
            select format('position %s', w.symbol) as what from worst as w
            where w.symbol = wanted_symbol and w.exposure > 0.20 * w.equity
            union all
            select format('sector %s', w.sector) from worst as w
            group by w.sector, w.equity
            having sum(w.exposure) > 0.30 * w.equity
            and bool_or(w.symbol = wanted_symbol)
            union all
            select 'gross' from worst as w
            group by w.equity having sum(w.exposure) > gross * w.equity
            union all
            select 'count' from worst as w where w.exposure > 0 having count(*) > 6
            union all
            select distinct 'cash' from worst as w where w.free_cash < 0
            and wanted_side = 'buy'
        ) as b;
        insert into seen values (
            try, wanted_symbol, wanted_side, wanted_quantity, placed.status,
            placed.reason_code,
            -- Where the order makes the worst case no worse (it lowers exposure, or a
            -- larger order waits on the other side), what is above a limit was so
            -- before.
            case
                when placed.status = 'ready' and (
                    select w.exposure > coalesce(before, 0) from worst as w
                    where w.symbol = wanted_symbol
                ) then breach
            end
        );
    end loop;
end
$$;

select is_empty(
    'select * from seen where breach is not null',
    'no order that passed leads above a limit'
);
select cmp_ok(
    (
        select count(*)::int from seen where status = 'ready'
    ), '>', 100, 'many orders passed'
);
select cmp_ok(
    (
        select count(distinct reason_code)::int from seen
        where reason_code in (
            'POSITION_LIMIT', 'SECTOR_LIMIT', 'GROSS_LIMIT', 'POSITION_COUNT_LIMIT',
            'INSUFFICIENT_CASH'
        )
    ), '=', 5, 'and each limit refused some'
);
select is_empty(
    'select * from trade.audit() where not agrees', 'the books agree afterwards'
);
select is(
    (
        select sum(amount) from trade.ledger_entry where tenant_id = current_tenant()
    ), 0::numeric,
    'and the ledger sums to zero'
);

select * from finish();
rollback;
