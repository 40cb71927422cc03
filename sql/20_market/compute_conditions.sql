-- The market as a whole, a row a session; the job kind compute_conditions, which also
-- brings regimes up to date. Made of snapshots that were known within a day of the
-- session's first: what comes later changes no condition.
--
-- The vector has 16 elements without a unit, each with the centre and scale that daily
-- data of US indices have had over decades, rounded, set by hand; clipped to -3..3, a
-- missing one is 0; with more than 6 missing there is no vector.
-- Example: market.compute_conditions('1d', '2017-01-03') -> rows written

-- Example: -2.5 % at 1.17 % a bar -> market._unusual(-0.025, 0, 0.0117) -> -2.14
create or replace function market._unusual(
    x double precision, centre double precision, scale double precision
)
returns double precision
language sql immutable parallel safe
return case
    -- greatest and least pass over a null.
    when x is not null and scale is not null
        then greatest(-3::double precision, least(3, (x - centre) / scale))
end;
comment on function market._unusual(double precision, double precision, double precision) is
'How many scales a number is from its centre, clipped to -3..3; null if it is missing.';

-- Example: ^GSPC 2018-02-05 down 4.1%, month down 3%, 7% below high, 0% advancing,
--          33% above average, vix 37 rising, best Technology, worst Consumer
create or replace function market.condition_text(
    index_name text,
    ts timestamptz,
    return_1 double precision,
    return_20 double precision,
    drawdown double precision,
    advancing double precision,
    above_ema_50 double precision,
    vix double precision,
    vix_change_5 double precision,
    best_sector text,
    worst_sector text
)
returns text
language sql immutable parallel safe
return concat_ws(
    ', ',
    left(index_name, 12) || ' ' || to_char(ts at time zone 'UTC', 'YYYY-MM-DD')
    || coalesce(' ' || market._percent_text(return_1, 1), ''),
    'month ' || market._percent_text(return_20, 0),
    case
        when drawdown = 0 then 'at high'
        else round((-100 * drawdown)::numeric) || '% below high'
    end,
    round((100 * advancing)::numeric) || '% advancing',
    round((100 * above_ema_50)::numeric) || '% above average',
    'vix ' || round(case when vix > 999 then 999 else vix end::numeric) || case
        when vix_change_5 > 0.15 then ' rising'
        when vix_change_5 < -0.15 then ' falling'
        else ''
    end,
    'best ' || best_sector,
    'worst ' || worst_sector
);
comment on function market.condition_text(
    text, timestamptz, double precision, double precision, double precision,
    double precision, double precision, double precision, double precision, text, text
) is 'The state of the market in words; what is missing is left out.';

create or replace function market._condition_rows(
    bar_interval text, from_ts timestamptz
)
returns setof market.condition
language sql stable parallel safe
begin atomic
    with stocks as materialized (
        select
            s.ts, s.known_at, s.return_1, s.return_20, s.ema_50_distance,
            s.ema_200_distance, s.days_since_high, s.correlation_60, i.sector,
            i.asset_class, s.btc_return_5, s.vix, s.vix_change_1, s.vix_change_5,
            s.vix_ratio, min(s.known_at) over (partition by s.ts) as first_known_at
        from market.snapshot_first_told as s
        inner join market.instrument as i on s.instrument_id = i.instrument_id
        where
            s.bar_interval = _condition_rows.bar_interval
            and s.ts >= coalesce(_condition_rows.from_ts, '-infinity')
            and i.asset_class in ('equity', 'index')
            and s.instrument_id
            is distinct from market.yardstick_id('volatility')
    ),

    timely as (
        select k.* from stocks as k
        where k.known_at <= k.first_known_at + interval '1 day'
    ),

    -- Sums of floats depend on their order: that of the values themselves.
    breadth as (
        select
            t.ts,
            max(t.known_at) as known_at,
            count(*)::integer as instruments,
            avg((t.return_1 > 0)::integer) filter (where t.asset_class = 'equity')
            ::double precision as advancing,
            avg((t.ema_50_distance > 0)::integer)
            filter (where t.asset_class = 'equity')::double precision as above_ema_50,
            avg((t.ema_200_distance > 0)::integer)
            filter (where t.asset_class = 'equity')::double precision as above_ema_200,
            avg((t.days_since_high = 0)::integer)
            filter (where t.asset_class = 'equity')::double precision as at_high,
            stddev_samp(t.return_20 order by t.return_20)
            filter (where t.asset_class = 'equity') as dispersion_20,
            avg(t.correlation_60 order by t.correlation_60)
            filter (where t.asset_class = 'equity') as mean_correlation_60,
            max(t.btc_return_5) as btc_return_5,
            max(t.vix) as vix,
            max(t.vix_change_1) as vix_change_1,
            max(t.vix_change_5) as vix_change_5,
            max(t.vix_ratio) as vix_ratio
        from timely as t
        group by t.ts
    ),

    sectors as (
        select
            g.ts,
            jsonb_object_agg(g.sector, g.mean) as means,
            (array_agg(g.sector order by g.mean desc, g.sector asc))[1] as best,
            (array_agg(g.sector order by g.mean asc, g.sector desc))[1] as worst,
            count(*) as known
        from (
            select t.ts, t.sector, avg(t.return_20 order by t.return_20) as mean
            from timely as t
            where t.sector is not null and t.return_20 is not null
            group by t.ts, t.sector
        ) as g
        group by g.ts
    )

    select
        _condition_rows.bar_interval,
        b.ts,
        greatest(b.known_at, x.known_at),
        b.instruments,
        x.return_1,
        x.return_5,
        x.return_20,
        x.return_60,
        x.ema_50_distance,
        x.ema_200_distance,
        x.drawdown_252,
        x.realised_vol_20,
        b.vix,
        b.vix_change_1,
        b.vix_change_5,
        b.vix_ratio,
        b.advancing,
        b.above_ema_50,
        b.above_ema_200,
        b.at_high,
        b.dispersion_20,
        b.mean_correlation_60,
        b.btc_return_5,
        coalesce(s.means, '{}'),
        case when s.known > 1 then s.best end,
        case when s.known > 1 then s.worst end,
        case when num_nonnulls(variadic k.known) >= 10
            then array_replace(k.known, null, 0::double precision)::vector
        end,
        market.condition_text(
            coalesce(x.symbol, 'market'), b.ts, x.return_1, x.return_20, x.drawdown_252,
            b.advancing, b.above_ema_50, b.vix, b.vix_change_5,
            case when s.known > 1 then s.best end,
            case when s.known > 1 then s.worst end
        )
    from breadth as b
    left join lateral (
        select f.*, i.symbol
        from market.snapshot_first_told as f
        inner join market.instrument as i on f.instrument_id = i.instrument_id
        where
            f.instrument_id = market.yardstick_id('equity')
            and f.bar_interval = _condition_rows.bar_interval
            and f.ts = b.ts and f.known_at <= b.known_at
    ) as x on true
    left join sectors as s on b.ts = s.ts
    cross join lateral (
        select array[
            market._unusual(x.return_1, 0, 0.01),
            market._unusual(x.return_5, 0, 0.022),
            market._unusual(x.return_20, 0.005, 0.04),
            market._unusual(x.return_60, 0.015, 0.065),
            market._unusual(x.ema_50_distance, 0.008, 0.03),
            market._unusual(x.ema_200_distance, 0.025, 0.06),
            market._unusual(x.drawdown_252, -0.04, 0.05),
            market._unusual(ln(nullif(x.realised_vol_20, 0)), ln(0.14), 0.5),
            market._unusual(ln(b.vix), ln(18), 0.35),
            market._unusual(b.vix_change_1, 0, 0.06),
            market._unusual(b.vix_change_5, 0, 0.13),
            market._unusual(b.advancing, 0.52, 0.3),
            market._unusual(b.above_ema_50, 0.55, 0.3),
            market._unusual(b.above_ema_200, 0.6, 0.3),
            market._unusual(ln(nullif(b.dispersion_20, 0)), ln(0.06), 0.5),
            market._unusual(b.mean_correlation_60, 0.5, 0.2)
        ] as known
        limit 1 -- noqa: AM09
    ) as k;
end;
comment on function market._condition_rows(text, timestamptz) is
'What the conditions should be from a time on.';

create or replace function market.compute_conditions(
    bar_interval text default '1d', from_ts timestamptz default null
)
returns integer
language plpgsql
-- As owner: the worker that runs the job may not write market data by hand.
security definer
set search_path = pg_catalog, public, pg_temp
set enable_nestloop = off
as $$
#variable_conflict use_column
declare
    wanted_interval constant text := compute_conditions.bar_interval;
    wanted_from constant timestamptz := coalesce(compute_conditions.from_ts, '-infinity');
    written integer;
begin
    perform pg_advisory_xact_lock(hashtext('market.condition'), hashtext(wanted_interval));
    delete from market.condition as c
    where
        c.bar_interval = wanted_interval and c.ts >= wanted_from
        and not exists (
            select from market.snapshot as s
            inner join market.instrument as i on i.instrument_id = s.instrument_id
            where
                s.bar_interval = c.bar_interval and s.ts = c.ts
                and i.asset_class in ('equity', 'index')
        );

    insert into market.condition as known
    select r.*
    from market._condition_rows(wanted_interval, wanted_from) as r
    left join market.condition as stored
        on stored.bar_interval = r.bar_interval and stored.ts = r.ts
    where stored.ts is null or stored *<> r
    on conflict (bar_interval, ts) do update set (
        known_at, instruments, index_return_1, index_return_5, index_return_20,
        index_return_60, index_ema_50_distance, index_ema_200_distance,
        index_drawdown_252, index_realised_vol_20, vix, vix_change_1, vix_change_5,
        vix_ratio, advancing, above_ema_50, above_ema_200, at_high, dispersion_20,
        mean_correlation_60, btc_return_5, sectors, best_sector, worst_sector, features,
        text_form
    ) = (
        excluded.known_at, excluded.instruments, excluded.index_return_1,
        excluded.index_return_5, excluded.index_return_20, excluded.index_return_60,
        excluded.index_ema_50_distance, excluded.index_ema_200_distance,
        excluded.index_drawdown_252, excluded.index_realised_vol_20, excluded.vix,
        excluded.vix_change_1, excluded.vix_change_5, excluded.vix_ratio,
        excluded.advancing, excluded.above_ema_50, excluded.above_ema_200,
        excluded.at_high, excluded.dispersion_20, excluded.mean_correlation_60,
        excluded.btc_return_5, excluded.sectors, excluded.best_sector,
        excluded.worst_sector, excluded.features, excluded.text_form
    );
    get diagnostics written = row_count;

    perform market.compute_regimes(wanted_interval, wanted_from);
    return written;
end
$$;
comment on function market.compute_conditions(text, timestamptz) is
'Writes the market''s conditions from a time on and brings regimes up to date; the number of conditions written.';
