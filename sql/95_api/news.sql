-- News as others worded them.
--
-- Example: select title, sentiment from api.news where symbol = 'AAPL'
--          order by published_at desc limit 5;

create or replace view api.news with (security_barrier) as
select
    i.symbol,
    n.published_at,
    n.known_at,
    n.title,
    n.source,
    n.url,
    n.sentiment
from market.news as n
inner join market.instrument as i on n.instrument_id = i.instrument_id
where n.known_until = 'infinity';
comment on view api.news is
'News by symbol: strangers'' words. sentiment: -1 to 1, null if nobody rated it.';
