select symbol, asset_class, sector, count(*) as bars, min(ts)::date as first, max(ts)::date as last
from api.bars
group by symbol, asset_class, sector
order by asset_class, symbol;
