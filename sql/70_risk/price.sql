-- The last close of an instrument that was known at a time (a moment: 00:00 is not the
-- end of its day here).
--
-- Example: select price from risk.last_close(1, '2018-02-05 21:00Z') -> 156.49

create or replace function risk.last_close(instrument_id integer, at timestamptz)
returns table (price numeric, known_at timestamptz)
language sql stable rows 1
begin atomic
    select
        told.close::numeric,
        told.known_at
    from (
        (
            select b.ts, b.close, b.known_at
            from market.bar as b
            where
                b.instrument_id = last_close.instrument_id
                and b.bar_interval = '1d'
                and b.ts < last_close.at
                and b.known_at <= last_close.at
            order by b.ts desc
            limit 1
        )
        union all
        -- What a bar said before it was corrected.
        (
            select v.ts, v.close, v.known_at
            from market.bar_version as v
            where
                v.instrument_id = last_close.instrument_id
                and v.bar_interval = '1d'
                and v.ts < last_close.at
                and v.known_at <= last_close.at
                and v.known_until > last_close.at
            order by v.ts desc
            limit 1
        )
    ) as told
    order by told.ts desc
    limit 1;
end;
comment on function risk.last_close(integer, timestamptz) is
'The last daily close of an instrument known at a time, and since when; no row if '
'there is none.';
