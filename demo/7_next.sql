-- Five lines an analyst would type next.
select symbol, regime, count(*) from api.snapshots group by 1, 2 order by 1, 2;
select * from api.similar_patterns('BTC-USD', '2018-02-05', k => 20, horizon => 20) limit 5;
select * from api.pattern_statistics('NVDA', '2018-02-08', by => 'both');
select step, symbol, verdict, reason from api.cycle((select max(cycle_id) from api.cycles)) limit 12;
select at, type, symbol, payload from api.events order by event_id desc limit 5;
