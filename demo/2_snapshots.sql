select
    (select count(*) from api.snapshots) as snapshots,
    (select count(*) from api.outcomes) as outcomes,
    (select count(*) from api.embeddings where source = 'snapshot') as embedded;
select
    ts::date as day, round(close::numeric, 2) as close,
    round(100 * return_1::numeric, 1) as "return %", round(rsi_14::numeric) as rsi,
    round(100 * realised_vol_20::numeric) as "vol %", round(vix::numeric, 1) as vix, regime,
    text_form
from api.snapshots
where symbol = 'AAPL' and ts between '2018-02-01' and '2018-02-09'
order by ts;
