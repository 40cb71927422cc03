-- Random orders that are clamped: what passes is inside the limits, what was cut says
-- so, and clamping once more cuts nothing.
begin;
select plan(5);
\ir ../desk.psql
select tenant.set_setting('on_limit', '"clamp"') \g /dev/null
select tenant.set_setting('max_gross_fraction', '1.5') \g /dev/null
select tenant.set_setting('max_net_fraction', '0.7') \g /dev/null

create temporary table tried (
    try int, symbol text, side text, asked numeric, quantity numeric, status text,
    reason_code text, order_id bigint, fits_alone boolean, again numeric
) on commit drop;

select setseed(0.7) \g /dev/null
do $$
declare
    placed trade.orders;
    again trade.orders;
    judged record;
    wanted_symbol text;
    wanted_side text;
    asked numeric;
begin
    for try in 1..250 loop
        wanted_symbol := format('T%s', lpad((1 + floor(random() * 14))::text, 2, '0'));
        wanted_side := case when random() < 0.6 then 'buy' else 'sell' end;
        asked := 1 + floor(random() * 400);
        -- What it would be judged before it is there.
        placed := trade.place_order(
            pg_temp.account(), wanted_symbol, wanted_side, asked, dry_run => true,
            as_of => '2018-01-03 23:00Z'
        );
        select * into judged from risk.check_order(
            pg_temp.account(), wanted_symbol, wanted_side, placed.quantity,
            as_of => '2018-01-03 23:00Z'
        );
        placed := trade.place_order(
            pg_temp.account(), wanted_symbol, wanted_side, asked,
            client_order_id => 'try-' || try, as_of => '2018-01-03 23:00Z'
        );
        again := trade.place_order(
            pg_temp.account(), wanted_symbol, wanted_side, asked,
            client_order_id => 'try-' || try, as_of => '2018-01-03 23:00Z'
        );
        insert into tried values (
            try, wanted_symbol, wanted_side, asked, placed.quantity, placed.status,
            placed.reason_code, placed.order_id, judged.allowed, again.quantity
        );
        -- Now and then all of it is filled.
        if random() < 0.1 then
            for placed in select * from trade.open_orders(pg_temp.account()) loop
                perform trade.begin_submit(placed.order_id);
                perform trade.record_fill(
                    placed.order_id, 'f' || placed.order_id, placed.quantity,
                    placed.reference_price, 0, '2018-01-03 23:00Z'
                );
            end loop;
        end if;
    end loop;
end
$$;

select is_empty(
    $$select * from tried where status <> 'refused' and not fits_alone$$,
    'what a clamp leaves passes every limit'
);
select is_empty(
    $$select * from tried where again <> quantity$$, 'applying it twice changes nothing'
);
select is_empty(
    $$
    select t.try from tried as t
    left join (
        select
            c.order_id, min(c.place) as first, max(c.place) as last, count(*) as cuts,
            max(c.before) as before, min(c.after) as after
        from risk.clamp as c where c.tenant_id = current_tenant() group by c.order_id
    ) as c on t.order_id = c.order_id
    where case
        when c.order_id is null then t.quantity <> t.asked
        else t.status = 'refused' or c.before <> t.asked or c.after <> t.quantity
        or c.first <> 1 or c.last <> c.cuts
    end
    $$, 'each cut is written down, from what was asked to what passed'
);
select cmp_ok(
    (select count(*)::int from tried where quantity < asked and status <> 'refused'),
    '>', 20, 'many were cut'
);
select is_empty('select * from trade.audit() where not agrees', 'the books agree');

select * from finish();
rollback;
