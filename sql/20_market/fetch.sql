-- How far a series was fetched: the row that says what is wanted is committed before
-- the first request, and each page is added to it in the transaction that stores the
-- page. What is killed is asked for again from there, by this or another vendor.
--
-- Example: select * from market.begin_fetch(
--     'yahoo', 'AAPL', 'bars', '15m', '2018-02-01', '2018-03-01')
--   -> (7, 2018-02-13 14:30:00+00, 2018-03-01 00:00:00+00), what is missing of it

create or replace function market.begin_fetch(
    provider text,
    symbol text,
    series text,
    bar_interval text,
    from_ts timestamptz,
    to_ts timestamptz,
    again boolean default false
)
returns table (fetch_id integer, missing_from timestamptz, missing_to timestamptz)
language plpgsql volatile
-- Definer: what was fetched is written by these functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    instrument integer;
    id integer;
    asked tstzrange;
    latest timestamptz;
begin
    select i.instrument_id into instrument from market.instrument as i
    where i.symbol = begin_fetch.symbol;
    if not found then
        perform ops.fail('BW310', format(
            'there is no symbol %s', coalesce(left(begin_fetch.symbol, 100), 'null')
        ));
    end if;
    if begin_fetch.from_ts is null or begin_fetch.to_ts is null
        or begin_fetch.from_ts >= begin_fetch.to_ts
    then
        perform ops.fail('BW330', format(
            'there is no time from %s to %s', begin_fetch.from_ts, begin_fetch.to_ts
        ));
    end if;
    -- What is not complete yet is not asked for: it would be another bar tomorrow.
    latest := case
        when begin_fetch.series = 'bars'
            then market.last_complete(
                instrument, begin_fetch.bar_interval, clock_timestamp()
            )
        else clock_timestamp()
    end;
    asked := tstzrange(
        begin_fetch.from_ts,
        greatest(least(begin_fetch.to_ts, latest), begin_fetch.from_ts)
    );
    insert into market.fetch_state as f (
        provider, instrument_id, series, bar_interval, wanted
    )
    values (
        begin_fetch.provider, instrument, begin_fetch.series, begin_fetch.bar_interval,
        asked
    )
    on conflict on constraint fetch_key do update
        set
            wanted = excluded.wanted, status = 'running', reason = null,
            updated_at = clock_timestamp(),
            covered = case
                when begin_fetch.again then f.covered - tstzmultirange(excluded.wanted)
                else f.covered
            end
    returning f.fetch_id into id;
    return query
    select id, lower(missing), upper(missing)
    from unnest(
        tstzmultirange(asked) - case
            when begin_fetch.again then '{}'::tstzmultirange
            else coalesce(
                (
                    -- Whoever told it: the bars are the same.
                    select range_agg(f.covered) from market.fetch_state as f
                    where
                        f.instrument_id = instrument
                        and f.series = begin_fetch.series
                        and f.bar_interval = begin_fetch.bar_interval
                ), '{}'
            )
        end
    ) as missing
    order by 2;
    if not found then
        -- Nothing is missing: there is the row alone.
        perform market.end_fetch(id, 'done', null);
    end if;
end
$$;
comment on function market.begin_fetch(
    text, text, text, text, timestamptz, timestamptz, boolean
) is
'Notes that a series is wanted of a vendor; what of it is missing, in order.';

-- Some vendors tell what was traded before an exchange opens and after it closes, some
-- do not: nobody's series is to depend on who told it.
create or replace function market.drop_closed_bars(bar_interval text)
returns bigint
language plpgsql volatile
-- Definer: the staging tables belong to the owner.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    dropped bigint;
begin
    perform market._check_is_staged('staged_bar');
    if drop_closed_bars.bar_interval = '1d' then
        return 0;
    end if;
    delete from pg_temp.staged_bar as s
    using market.instrument as i, market.bar_interval as l
    where
        i.symbol = s.symbol and i.calendar is not null
        and l.bar_interval = drop_closed_bars.bar_interval
        and s.problem is null and market._time_fault(s.date) is null
        and exists (
            select from market.session as d
            where d.calendar = i.calendar
                and d.session >= (market._staged_time(s.date) at time zone 'UTC')::date
        )
        and not exists (
            select from market.session as d
            where d.calendar = i.calendar
                and d.open_at < market._staged_time(s.date) + l.length
                and d.close_at > market._staged_time(s.date)
        );
    get diagnostics dropped = row_count;
    return dropped;
end
$$;
comment on function market.drop_closed_bars(text) is
'Takes bars of minutes and hours in which the exchange was closed from the staged ones; '
'how many.';

create or replace function market.note_page(
    fetch_id integer,
    from_ts timestamptz,
    to_ts timestamptz,
    stored bigint,
    rejected bigint
)
returns void
language plpgsql volatile
-- Definer: as begin_fetch.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    vendor text;
begin
    update market.fetch_state as f
    set
        covered = case
            when note_page.from_ts < note_page.to_ts
                then f.covered
                    + tstzmultirange(tstzrange(note_page.from_ts, note_page.to_ts))
            else f.covered
        end,
        requests = f.requests + 1, stored = f.stored + note_page.stored,
        rejected = f.rejected + note_page.rejected, updated_at = clock_timestamp()
    where f.fetch_id = note_page.fetch_id
    returning f.provider into vendor;
    perform market.count_feed(vendor, 'stored', note_page.stored);
    perform market.count_feed(vendor, 'rejected', note_page.rejected);
end
$$;
comment on function market.note_page(
    integer, timestamptz, timestamptz, bigint, bigint
) is
'Adds a stored page to what was fetched; call it in the page''s transaction.';

create or replace function market.end_fetch(fetch_id integer, status text, reason text)
returns void
language sql volatile
-- Definer: as begin_fetch.
security definer
set search_path = pg_catalog, pg_temp
as $$
    update market.fetch_state as f
    set
        status = end_fetch.status, reason = left(end_fetch.reason, 500),
        updated_at = clock_timestamp()
    where f.fetch_id = end_fetch.fetch_id
$$;
comment on function market.end_fetch(integer, text, text) is
'Notes how a fetch ended: done or failed.';

-- Funding rates, open interest and ratios as a vendor told them, checked like bars:
-- what is no number, or of the future, goes to market.rejected_row, the rest is stored.
--
-- Example: select * from market.store_derivatives(
--     'binance', 'BTC-USD', 'funding',
--     '[{"ts": "2018-02-05T08:00:00Z", "value": "0.0001"}]')
create or replace function market.store_derivatives(
    provider text, symbol text, series text, data jsonb
)
returns table (stored bigint, rejected bigint)
language plpgsql volatile
-- Definer: the only way by which a login other than the owner stores them.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    instrument integer;
begin
    if store_derivatives.series is null
        or store_derivatives.series not in (
            'funding', 'open_interest', 'long_short_ratio'
        )
    then
        perform ops.fail('BW331', format(
            'there is no series %s', coalesce(left(store_derivatives.series, 100), 'null')
        ));
    end if;
    select i.instrument_id into instrument from market.instrument as i
    where i.symbol = store_derivatives.symbol;
    if not found then
        perform ops.fail('BW310', format(
            'there is no symbol %s',
            coalesce(left(store_derivatives.symbol, 100), 'null')
        ));
    end if;
    drop table if exists pg_temp.told_value;
    create temporary table told_value on commit drop as
    select
        told.line::integer as line, told.fault, told.raw,
        case when told.fault is null then market._staged_time(told.ts) end as ts,
        case when told.fault is null then told.value::double precision end as value
    from (
        select
            e.line, e.entry ->> 'ts' as ts, e.entry ->> 'value' as value,
            coalesce(e.entry ->> 'raw', e.entry::text) as raw,
            case
                when e.entry ->> 'problem' is not null then e.entry ->> 'problem'
                when e.entry ->> 'ts' is null then 'time is empty'
                when e.entry ->> 'value' is null then 'value is empty'
                else coalesce(
                    'time ' || market._time_fault(e.entry ->> 'ts'),
                    'value ' || market._number_fault(e.entry ->> 'value')
                )
            end as fault
        from jsonb_array_elements(store_derivatives.data)
            with ordinality as e (entry, line)
    ) as told;
    update pg_temp.told_value as t
    set fault = case
        when t.ts > clock_timestamp() + interval '1 minute' then 'time is of the future'
        when store_derivatives.series = 'funding' and abs(t.value) > 1
            then 'value is no funding rate: ' || t.value
        when store_derivatives.series <> 'funding' and t.value < 0
            then 'value is negative: ' || t.value
    end
    where t.fault is null;
    insert into market.rejected_row (file, line, column_name, reason, raw)
    select
        told.file, t.line, split_part(t.fault, ' ', 1),
        substr(t.fault, strpos(t.fault, ' ') + 1), t.raw
    from pg_temp.told_value as t
    cross join (
        select format(
            '%s:%s:%s', store_derivatives.provider, store_derivatives.symbol,
            store_derivatives.series
        ) as file
    ) as told
    where t.fault is not null
        and not exists (
            select from market.rejected_row as known
            where known.file = told.file and known.raw is not distinct from t.raw
        )
    order by t.line;
    select count(*) into rejected from pg_temp.told_value as t where t.fault is not null;

    if store_derivatives.series = 'funding' then
        insert into market.funding (instrument_id, ts, rate, known_at, source)
        select distinct on (t.ts)
            instrument, t.ts, t.value, t.ts, store_derivatives.provider
        from pg_temp.told_value as t where t.fault is null
        order by t.ts, t.line
        on conflict do nothing;
    else
        -- Two series of one row: whichever comes second fills its column.
        insert into market.open_interest as known (
            instrument_id, ts, open_interest, long_short_ratio, known_at, source
        )
        select distinct on (t.ts)
            instrument, t.ts,
            case when store_derivatives.series = 'open_interest' then t.value end,
            case when store_derivatives.series = 'long_short_ratio' then t.value end,
            t.ts, store_derivatives.provider
        from pg_temp.told_value as t where t.fault is null
        order by t.ts, t.line
        on conflict on constraint open_interest_pkey do update
            set
                open_interest = coalesce(known.open_interest, excluded.open_interest),
                long_short_ratio = coalesce(
                    known.long_short_ratio, excluded.long_short_ratio
                )
            where
                known.open_interest is null and excluded.open_interest is not null
                or known.long_short_ratio is null
                and excluded.long_short_ratio is not null;
    end if;
    get diagnostics stored = row_count;
    drop table pg_temp.told_value;
    return next;
end
$$;
comment on function market.store_derivatives(text, text, text, jsonb) is
'Stores funding, open_interest or long_short_ratio as a vendor told it: [{ts, value, '
'raw}]; what is wrong goes to market.rejected_row.';

revoke all on function
market.begin_fetch(text, text, text, text, timestamptz, timestamptz, boolean),
market.note_page(integer, timestamptz, timestamptz, bigint, bigint),
market.end_fetch(integer, text, text), market.drop_closed_bars(text),
market.store_derivatives(text, text, text, jsonb)
from public;
grant execute on function
market.begin_fetch(text, text, text, text, timestamptz, timestamptz, boolean),
market.note_page(integer, timestamptz, timestamptz, bigint, bigint),
market.end_fetch(integer, text, text), market.drop_closed_bars(text),
market.store_derivatives(text, text, text, jsonb)
to bellwether_worker;
