-- A broker says that something became of an order: its account is asked at once, not at
-- the next poll, and nobody else's.
begin;
select plan(8);
\ir ../desk.psql

create function pg_temp.polls() returns setof text language sql
as $$
    select format(
        '%s %s %s', j.dedup_key = format('poll %s', pg_temp.account()), j.state,
        j.run_at <= clock_timestamp()
    )
    from work.job as j where j.kind = 'match_orders' and j.dedup_key like 'poll%'
$$;
select client_order_id as sent, order_id
from trade.place_order(
    pg_temp.account(), 'T01', 'buy', 10, as_of => '2018-01-03 23:00Z'
) \gset
select is(trade.broker_told(:'sent'), false, 'an order that was not sent is not asked for');
select trade.begin_submit(:order_id) \g /dev/null
select trade.record_submit(:order_id, 'acked', 'b-1') \g /dev/null
select is_empty('select * from pg_temp.polls()', 'no poll waits');

select is(trade.broker_told(:'sent'), true, 'an order that stands is');
select results_eq(
    'select * from pg_temp.polls()', array['t ready t'], 'its account is asked now'
);
delete from work.job where kind = 'match_orders';
select work.enqueue(
    'match_orders', jsonb_build_object('account_id', pg_temp.account()), 9001,
    run_at => clock_timestamp() + interval '2 seconds',
    dedup_key => format('poll %s', pg_temp.account())
) \g /dev/null
select trade.broker_told(:'sent') \g /dev/null
select results_eq(
    'select * from pg_temp.polls()', array['t ready t'],
    'the poll that waited waits no longer, and is the only one'
);

select is(trade.broker_told('bw-9001-nobody-1'), false, 'an unknown order is nobody''s');
select trade.record_close(:order_id, 'canceled', 'test') \g /dev/null
select is(trade.broker_told(:'sent'), false, 'an order that is over is asked for no more');
set local bellwether.tenant = 9002;
select is(trade.broker_told(:'sent'), false, 'another tenant''s order is nobody''s');

select * from finish();
rollback;
