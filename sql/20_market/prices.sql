-- Bars as a series that can be compared over time: numbered, unadjusted splits taken
-- out.
--
-- Everything is computed on `close` as stored (the price one could trade at), not on
-- adj_close: an account sees no dividend in a price, and adj_close of a past day
-- changes whenever a dividend is paid later. adj_close only tells splits from crashes:
--   with it:    it moved more than 15 % differently from close, so the difference is a
--               split;
--   without it: an overnight jump of an equity to within 6 % of a simple ratio, a calm
--               day after it, and no more than three times the usual turnover. (AAPL
--               2000-06-21 and 2005-02-28 are splits; 2000-09-29, -52 % on seven times
--               the turnover, is not.)
-- Prices after a split are scaled up, never those before it, so a row of the past does
-- not depend on a later split.

-- Example: market.prices(1, '1d', '2018-02-05') -> AAPL's bars as they were known then
create or replace function market.prices(
    instrument_id integer, bar_interval text, as_of timestamptz
)
returns table (
    bar_number bigint, ts timestamptz, known_at timestamptz,
    stored_close double precision, open double precision, high double precision,
    low double precision, close double precision, volume double precision,
    split_suspected boolean
)
language sql stable parallel safe
begin atomic
    with bars as (
        select
            b.*,
            i.asset_class = 'equity' as can_split,
            row_number() over series as bar_number,
            ln(b.close / lag(b.close) over series) as step,
            ln(b.adj_close / lag(b.adj_close) over series) as adj_step,
            ln(b.open / lag(b.close) over series) as overnight
        from market.bars_known(
            prices.instrument_id, prices.bar_interval, prices.as_of
        ) as b
        inner join market.instrument as i on b.instrument_id = i.instrument_id
        window series as (order by b.ts)
    ),

    splits as (
        select
            b.*,
            case
                when not b.can_split or b.step is null then 0
                when b.adj_step is not null
                    then
                        (b.step - b.adj_step)
                        * (abs(b.step - b.adj_step) > 0.15)::integer
                when abs(b.step) < 0.3 then 0
                -- Turnover against the 20 bars before: looked up for the few that jump.
                when (
                    b.close * nullif(b.volume, 0) <= 3 * (
                        select avg(e.turnover order by e.ts)
                        from (
                            select k.ts, k.close * nullif(k.volume, 0) as turnover
                            from market.bars_known(
                                prices.instrument_id, prices.bar_interval, prices.as_of
                            ) as k
                            where k.ts < b.ts
                            order by k.ts desc
                            limit 20
                        ) as e
                    )
                ) is not true then 0
                else coalesce((
                    select s.jump
                    from (
                        values
                        (ln(1.5)), (ln(2)), (ln(3)), (ln(4)), (ln(5)),
                        (ln(7)), (ln(10)), (ln(20))
                    ) as r (size)
                    cross join lateral (
                        select (sign(b.step) * r.size)::double precision as jump
                    ) as s
                    where
                        abs(b.overnight - s.jump) < 0.06
                        and abs(b.step - b.overnight) < 0.12
                ), 0)
            end as jump
        from bars as b
    )

    select
        s.bar_number,
        s.ts,
        s.known_at,
        s.close,
        s.open * f.factor,
        s.high * f.factor,
        s.low * f.factor,
        s.close * f.factor,
        nullif(s.volume, 0) / f.factor,
        s.jump <> 0
    from (
        select
            splits.*,
            sum(splits.jump) over (order by splits.ts rows unbounded preceding) as jumps
        from splits
    ) as s
    cross join lateral (select exp(-s.jumps) as factor) as f;
end;
comment on function market.prices(integer, text, timestamptz) is
'Bars of one instrument as known at a moment, numbered, with unadjusted splits taken out of prices and volumes.';

create or replace function market._prices(instrument_id integer, bar_interval text)
returns table (
    bar_number bigint, ts timestamptz, known_at timestamptz,
    stored_close double precision, open double precision, high double precision,
    low double precision, close double precision, volume double precision,
    split_suspected boolean
)
language sql stable parallel safe
begin atomic
    select p.*
    from market.prices(_prices.instrument_id, _prices.bar_interval, 'infinity') as p;
end;
comment on function market._prices(integer, text) is
'market.prices() as they are known now.';
