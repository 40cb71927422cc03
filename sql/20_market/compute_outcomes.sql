-- What followed each snapshot, for every horizon of market.horizon, where all bars of
-- the way are there. Late and corrected bars change the outcomes of the snapshots
-- before them.
-- Example: after AAPL 2018-02-05, 5 bars later: +4.0 %, at best +5.1 %, at worst -5.3 %

create or replace function market.compute_outcomes(
    instrument_id integer,
    bar_interval text default '1d',
    from_ts timestamptz default null
)
returns integer
language plpgsql
-- As owner, as compute_snapshots.
security definer
set search_path = pg_catalog, pg_temp
-- Right after a load there are no statistics, and a join guessed small takes minutes.
set enable_nestloop = off
as $$
#variable_conflict use_column
declare
    wanted_instrument constant integer := compute_outcomes.instrument_id;
    wanted_interval constant text := compute_outcomes.bar_interval;
    periods constant double precision :=
        market.periods_per_year(wanted_instrument, wanted_interval);
    ahead integer;
    first_number integer;
    changed integer;
    written integer := 0;
begin
    for ahead in select h.horizon from market.horizon as h order by h.horizon loop
        -- A bar from from_ts on is on the way of the snapshots up to `ahead` bars
        -- before.
        select coalesce(min(s.bar_number), 0) - ahead into first_number
        from market.snapshot as s
        where
            s.instrument_id = wanted_instrument
            and s.bar_interval = wanted_interval
            and s.ts >= coalesce(compute_outcomes.from_ts, '-infinity');

        with prices as (
            select
                p.*,
                ln(p.close / lag(p.close) over (order by p.ts)) as step
            from market._prices(wanted_instrument, wanted_interval) as p
        ),

        ways as (
            select
                p.ts,
                p.close,
                lead(p.close, ahead) over (order by p.ts) as last_close,
                max(coalesce(p.high, p.close)) over way as highest,
                min(coalesce(p.low, p.close)) over way as lowest,
                stddev_samp(p.step) over way * sqrt(periods) as volatility,
                -- A bar that came late makes all that rests on it late.
                greatest(p.known_at, max(p.known_at) over way) as known_at
            from prices as p
            where p.bar_number >= first_number
            window way as (order by p.ts rows between 1 following and ahead following)
        ),

        computed as (
            select
                s.snapshot_id,
                w.last_close / w.close - 1 as forward_return,
                w.highest / w.close - 1 as max_gain,
                w.lowest / w.close - 1 as max_loss,
                w.volatility,
                greatest(w.known_at, s.known_at) as known_at
            from ways as w
            inner join market.snapshot as s
                on
                    s.instrument_id = wanted_instrument
                    and s.bar_interval = wanted_interval
                    and w.ts = s.ts
            where w.last_close is not null
        ),

        -- Bars that completed them are gone.
        deleted as (
            delete from market.outcome as o
            using market.snapshot as s
            where
                o.snapshot_id = s.snapshot_id
                and o.horizon = ahead
                -- What the snapshot says already; without it everybody's outcomes are read.
                and o.instrument_id = wanted_instrument
                and o.bar_interval = wanted_interval
                and s.instrument_id = wanted_instrument
                and s.bar_interval = wanted_interval
                and s.bar_number >= first_number
                and not exists (
                    select from computed as c where c.snapshot_id = o.snapshot_id
                )
            returning o.snapshot_id
        )

        insert into market.outcome as known (
            snapshot_id, horizon, instrument_id, bar_interval, forward_return, max_gain,
            max_loss, volatility, known_at
        )
        select
            c.snapshot_id, ahead, wanted_instrument, wanted_interval, c.forward_return,
            c.max_gain, c.max_loss, c.volatility, c.known_at
        from computed as c
        on conflict (snapshot_id, horizon) do update
            set
                forward_return = excluded.forward_return,
                max_gain = excluded.max_gain,
                max_loss = excluded.max_loss,
                volatility = excluded.volatility,
                known_at = excluded.known_at
            where
                (
                    known.forward_return, known.max_gain, known.max_loss, known.volatility,
                    known.known_at
                ) is distinct from (
                    excluded.forward_return, excluded.max_gain, excluded.max_loss,
                    excluded.volatility, excluded.known_at
                );
        get diagnostics changed = row_count;
        written := written + changed;
    end loop;
    return written;
end
$$;
comment on function market.compute_outcomes(integer, text, timestamptz) is
'Writes what followed the snapshots of one instrument; the number of outcomes written.';
