-- One cycle for the day, unless the demo has run it already.
select 'cycle ' || api.run_cycle(
    array['AAPL', 'AMZN', 'GOOG', 'META', 'NFLX', 'NVDA', 'BTC-USD', 'ETH-USD', 'LTC-USD'],
    execute => true, kind => 'demo', as_of => :'day'
) || ' for ' || :'day'
where not exists (
    select from api.cycles where kind = 'demo' and as_of::date = :'day'::date
);
