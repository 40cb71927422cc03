-- How fresh the prices are, and what is missing.
--
-- Example: select symbol, quote_age, missing_bars, stale_reason from api.freshness;
--          select * from api.gaps('AAPL', '2017-01-01', '2018-01-01');

create or replace view api.freshness as
select
    f.symbol,
    f.is_open,
    f.quote_at,
    f.quote_age,
    f.price,
    f.source,
    f.bar_known_at,
    f.missing_bars,
    f.stale_reason is not null as is_stale,
    f.stale_reason
from market.freshness as f;
comment on view api.freshness is
'The symbols that the feed keeps current, and whether it does: while a quote is too old '
'nothing is entered on it.';

create or replace function api.gaps(
    symbol text, from_ts timestamptz, to_ts timestamptz default now(),
    bar_interval text default '1d'
)
returns table (first_bar timestamptz, last_bar timestamptz, bars bigint)
language plpgsql stable
security definer -- bars are read by instrument, which api.bars does not show
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from market.instrument as i where i.symbol = gaps.symbol) then
        perform ops.fail(
            'BW310',
            format('there is no symbol %s', coalesce(left(gaps.symbol, 100), 'null'))
        );
    end if;
    if not exists (
        select from market.bar_interval as l where l.bar_interval = gaps.bar_interval
    ) then
        perform ops.fail('BW318', format(
            'there is no bar interval %s', coalesce(left(gaps.bar_interval, 100), 'null')
        ));
    end if;
    return query select * from market.gaps(
        gaps.symbol, gaps.bar_interval, gaps.from_ts, gaps.to_ts
    );
end
$$;
comment on function api.gaps(text, timestamptz, timestamptz, text) is
'Bars that should be there by the calendar and are not: first and last of each gap, and '
'how many.';
