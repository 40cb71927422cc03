\echo What each agent said, by day:
select
    c.as_of::date as day, s.step, count(*) as symbols,
    string_agg(distinct s.model, ',') as model,
    string_agg(s.symbol || ' ' || s.verdict, ', ' order by s.symbol)
    filter (where s.verdict not in ('hold', 'skipped')) as verdicts
from api.cycles as c
cross join lateral api.cycle(c.cycle_id) as s
where c.kind = 'demo'
group by c.as_of, s.step
order by c.as_of, min(s.at);
\echo One of them in words:
select s.step, s.symbol, s.verdict, s.reason
from api.cycles as c
cross join lateral api.cycle(c.cycle_id) as s
where c.kind = 'demo' and c.as_of::date = '2018-02-05' and s.verdict not in ('hold', 'skipped')
order by s.symbol, s.at;
