-- Random desks, each a tenant with limits drawn at random, that order, fill in parts,
-- cancel, deposit and withdraw while prices move. Whatever happens:
--   - no order that passed leads above a limit, whichever open orders are filled;
--   - clamping once more cuts nothing;
--   - the ledger sums to zero, posting by posting, and cash, positions and the audit
--     agree with the fills to the cent.
-- Seeded: 6 desks of 60 steps; with BELLWETHER_LONG 20 of 100.
begin;
select plan(7);
\ir ../desk.psql
\set desks 6
\set steps 60
\getenv long BELLWETHER_LONG
\if :{?long}
    \set desks 20
    \set steps 100
\endif
select
    set_config('walk.desks', :'desks', true), set_config('walk.steps', :'steps', true)
\g /dev/null

create temporary table seen (
    desk int, step int, symbol text, side text, asked numeric, quantity numeric,
    status text, reason_code text, breach text, cut_again int,
    foretold boolean
) on commit drop;
create temporary table unbalanced (desk int, what text) on commit drop;

-- A draw of a desk's limits between 0 and 1.
create function pg_temp.draw(desk int, place int) returns double precision language sql
as 'select abs(hashint8extended(desk, place)) % 1000 / 1000.0::double precision';

-- Prices of a desk: they follow from seed, symbol and day alone.
create function pg_temp.move_prices(desk int) returns void language sql as $$
    update market.bar as b
    set
        open = p.price, close = p.price, low = p.price * 0.9, high = p.price * 1.1,
        -- Another past, not a correction: known a moment earlier.
        known_at = b.known_at - interval '1 microsecond'
    from (
        select
            o.instrument_id, o.ts,
            70 + abs(hashtextextended(i.symbol || o.ts, desk)) % 600 / 10.0 as price
        from market.bar as o inner join market.instrument as i using (instrument_id)
        where i.symbol ~ '^T(\d\d|C-USD)$'
    ) as p
    where b.instrument_id = p.instrument_id and b.ts = p.ts
$$;

-- What an order that passed would break, reckoned from the rows as they are now.
create function pg_temp.breach(placed trade.orders) returns text language sql as $$
    with bound as (
        select key, (value #>> '{}')::numeric as most
        from jsonb_each(risk.bounds()) where jsonb_typeof(value) = 'number'
    ),
    line as (
        select
            i.instrument_id, coalesce(i.sector, i.asset_class) as sector, q.price,
            coalesce(p.quantity, 0) as held,
            coalesce(sum(o.quantity - o.filled_quantity)
                filter (where o.side = 'buy'), 0) as buys,
            coalesce(sum(o.quantity - o.filled_quantity)
                filter (where o.side = 'sell'), 0) as sells,
            coalesce(sum(
                (o.quantity - o.filled_quantity)
                * coalesce(o.limit_price, o.reference_price)
            ) filter (where o.side = 'buy'), 0) as reserved
        from market.instrument as i
        left join trade.position as p
            on p.tenant_id = placed.tenant_id and p.instrument_id = i.instrument_id
        left join trade.orders as o
            on o.tenant_id = placed.tenant_id and o.instrument_id = i.instrument_id
            and o.status in ('ready', 'submitting', 'acked', 'partial')
        cross join lateral risk.last_close(i.instrument_id, placed.placed_at) as q
        where p.quantity <> 0 or o.order_id is not null
        group by i.instrument_id, q.price, p.quantity
    ),
    worst as (
        select
            line.*, line.instrument_id = placed.instrument_id as own,
            case placed.side when 'buy' then held + buys else sells - held end as after,
            case placed.side when 'buy' then sells - held else held + buys end
            as against,
            price * greatest(held + buys, sells - held, 0) as exposure
        from line
    ),
    desk as (
        select
            a.cash + sum(held * price) - 0.001 * sum((buys + sells) * price) as equity,
            a.cash - 1.001 * sum(reserved) as free, sum(exposure) as gross,
            sum(price * after) as net, sum(price * greatest(held + buys, 0)) as long,
            sum(exposure) filter (where sector = (
                select o.sector from worst as o where o.own
            )) as sector,
            count(*) as count
        from worst cross join trade.account as a
        where a.tenant_id = placed.tenant_id group by a.cash
    )
    select string_agg(b.key, ', ')
    from bound as b cross join desk as d cross join worst as w
    where w.own and w.after > 0 and case b.key
        when 'max_position_fraction' then w.after * w.price > b.most * d.equity
        when 'max_order_fraction' then placed.quantity * w.price > b.most * d.equity
        when 'max_net_fraction' then d.net > b.most * d.equity
        when 'max_leverage' then placed.side = 'buy' and d.long > b.most * d.equity
        when 'max_sector_fraction' then w.after > w.against
            and d.sector > b.most * d.equity
        when 'max_gross_fraction' then w.after > w.against
            and d.gross > b.most * d.equity
        -- The first order of its instrument.
        when 'max_positions' then d.count > b.most and w.held = 0
            and w.buys + w.sells = placed.quantity
        -- Every desk has this one: it stands for what the cash allows.
        when 'max_orders_per_minute' then placed.side = 'buy' and d.free < 0
        else false
    end
$$;

-- What the books of a desk say that its fills do not.
create function pg_temp.unbalanced() returns setof text language sql as $$
    select format('audit: %s', a) from trade.audit() as a where not a.agrees
    union all
    select format(
        'posting %s: %s', coalesce(e.fill_id, e.capital_event_id), sum(e.amount)
    )
    from trade.ledger_entry as e where e.tenant_id = current_tenant()
    group by e.fill_id, e.capital_event_id having sum(e.amount) <> 0
    union all
    select format('cash %s', a.cash)
    from trade.account as a where a.tenant_id = current_tenant() and a.cash <> (
        select sum(c.amount) from trade.capital_event as c
        where c.tenant_id = current_tenant()
    ) + coalesce((
        select sum(
            case f.side when 'buy' then -1 else 1 end * f.quantity * f.price - f.fee
        )
        from trade.fill as f where f.tenant_id = current_tenant()
    ), 0)
    union all
    select format('position %s', p.symbol)
    from trade.position as p where p.tenant_id = current_tenant() and p.quantity <> (
        select sum(case f.side when 'buy' then f.quantity else -f.quantity end)
        from trade.fill as f where f.tenant_id = current_tenant()
        and f.instrument_id = p.instrument_id
    )
    union all
    -- What was paid in and earned is there, as cash or at cost.
    select 'cost' from trade.account as a where a.tenant_id = current_tenant()
    and abs(
        a.cash + (
            select coalesce(sum(p.cost - p.realised), 0) from trade.position as p
            where p.tenant_id = current_tenant()
        ) - (
            select sum(c.amount) from trade.capital_event as c
            where c.tenant_id = current_tenant()
        )
    ) >= 0.01
$$;

-- Fills an open order at the price it was judged by, now and then in part.
create function pg_temp.fill(o trade.orders, step int, at timestamptz)
returns void language plpgsql as $$
declare
    part numeric := o.quantity - o.filled_quantity;
begin
    if o.status = 'ready' then
        perform trade.begin_submit(o.order_id);
        perform trade.record_submit(o.order_id, 'acked', 'b' || o.order_id);
    end if;
    if random() < 0.4 and part >= 2 then
        part := trunc(part / 2);
    end if;
    perform trade.record_fill(
        o.order_id, format('f%s-%s', o.order_id, step), part,
        coalesce(o.limit_price, o.reference_price),
        round(part * coalesce(o.limit_price, o.reference_price) * 0.0005, 8), at
    );
end
$$;

do $$
declare
    at timestamptz;
    placed trade.orders;
    dry trade.orders;
    cuts risk.clamp[];
    limit_price numeric;
    open_order trade.orders;
    wanted_symbol text;
    wanted_side text;
    asked numeric;
    most numeric;
    price numeric;
begin
    for desk in 1..current_setting('walk.desks')::int loop
        perform tenant.create_tenant(9100 + desk, 'walk ' || desk);
        perform set_config('bellwether.tenant', (9100 + desk)::text, true);
        perform setseed(desk / 1000.0);
        perform pg_temp.move_prices(desk);
        -- Limits of its own; what stops an account is tested elsewhere.
        perform tenant.set_setting(drawn.name, to_jsonb(drawn.value)) from (values
            ('breaker_drawdown', 1), ('breaker_losses', 1000),
            ('max_daily_loss_fraction', 1), ('max_price_deviation', 1),
            ('max_positions', floor(2 + 10 * pg_temp.draw(desk, 1))),
            ('max_position_fraction', 0.05 + 0.9 * pg_temp.draw(desk, 2) ^ 2),
            ('max_sector_fraction', 0.1 + 0.9 * pg_temp.draw(desk, 3)),
            ('max_order_fraction', 0.03 + 0.4 * pg_temp.draw(desk, 4)),
            ('max_gross_fraction', 0.3 + 2.7 * pg_temp.draw(desk, 5)),
            ('max_net_fraction', 0.2 + 1.8 * pg_temp.draw(desk, 6)),
            ('max_leverage', 0.2 + 1.8 * pg_temp.draw(desk, 7))
        ) as drawn (name, value);
        perform tenant.set_setting(
            'on_limit', to_jsonb((array['clamp', 'reject'])[1 + desk % 2])
        );
        at := '2018-01-03 23:00Z';
        for step in 1..current_setting('walk.steps')::int loop
            -- Something happens to what is open, to the money, to the time.
            for open_order in select o.* from trade.open_orders(pg_temp.account()) as o
                order by o.order_id
            loop
                if random() < 0.15 then
                    perform pg_temp.fill(open_order, step, at);
                elsif random() < 0.05 then
                    perform trade.request_cancel(open_order.order_id);
                end if;
            end loop;
            if random() < 0.05 then
                perform trade.deposit(
                    pg_temp.account(), (500.5 - floor(900 * random()))::numeric, at,
                    key => format('walk-%s-%s', desk, step)
                );
            end if;
            if random() < 0.06 then
                at := least(at + interval '1 day', '2018-01-18 23:00Z');
            end if;

            wanted_symbol := (array[
                'T01','T02','T03','T04','T05','T07','T08','T09','T10','T11','TC-USD'
            ])[ceil(11 * random())];
            wanted_side := case when random() < 0.6 then 'buy' else 'sell' end;
            select c.max_quantity, c.price into most, price from risk.check_order(
                pg_temp.account(), wanted_symbol, wanted_side, 1, as_of => at
            ) as c;
            -- Near the limit more often than not.
            asked := case when random() < 0.7
                then greatest(trunc(most) + floor(random() * 4) - 2, 1)
                else ceil(random() * 400) end;
            limit_price := case when random() < 0.3
                then round(price * (0.97 + 0.06 * random())::numeric, 2) end;
            dry := trade.place_order(
                pg_temp.account(), wanted_symbol, wanted_side, asked,
                type => case when limit_price is null then 'market' else 'limit' end,
                limit_price => limit_price, as_of => at, dry_run => true
            );
            cuts := risk._clamps(
                dry.account_id, dry.instrument_id, dry.side, dry.quantity,
                dry.limit_price, null, null, at, session_user
            );
            placed := trade.place_order(
                pg_temp.account(), wanted_symbol, wanted_side, asked,
                type => case when limit_price is null then 'market' else 'limit' end,
                limit_price => limit_price, as_of => at
            );
            insert into seen values (
                desk, step, wanted_symbol, wanted_side, asked, placed.quantity,
                placed.status, placed.reason_code,
                case when placed.status = 'ready' then pg_temp.breach(placed) end,
                case when placed.status = 'refused' then 0 else cardinality(cuts) end,
                (dry.status, dry.quantity) = (placed.status, placed.quantity)
            );
        end loop;
        -- What is deferred to the commit is checked while the desk can be seen.
        set constraints all immediate;
        set constraints all deferred;
        insert into unbalanced select desk, u from pg_temp.unbalanced() as u;
    end loop;
end
$$;

select is_empty(
    'select * from seen where breach is not null',
    'no order that passed leads above a limit'
);
select is_empty(
    'select * from seen where cut_again <> 0', 'what a clamp left is not clamped again'
);
select is_empty(
    'select * from seen where not foretold', 'a dry run says what becomes of an order'
);
select is_empty('select * from unbalanced', 'the books agree with the fills');
select is(
    (
        select array_agg(distinct l.reason_code order by l.reason_code)
        from risk.limit as l
        where l.clamps and l.reason_code in (
            select s.reason_code from seen as s
            union all select c.reason_code from risk.clamp as c
        )
    ), (
        select array_agg(l.reason_code order by l.reason_code)
        from risk.limit as l where l.clamps
    ), 'each limit of size refused or cut some'
);
select cmp_ok(
    (select count(*)::int from seen where status = 'ready' and quantity < asked), '>=',
    :desks, 'many were cut'
);
select cmp_ok(
    (select count(*)::int from trade.fill), '>=', 10 * :desks,
    'and much was filled'
);

select * from finish();
rollback;
