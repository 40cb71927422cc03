-- What refuses an entry whatever its size: a price that is behind, a loss of the day,
-- the risk graph.

-- How many daily bars should have come since the last one: those of sessions (of days,
-- where there is no calendar) that ended so long ago that the feed has had its time.
create or replace function risk.missing_bars(
    instrument_id integer, known_at timestamptz, at timestamptz
)
returns integer
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when i.calendar is null then greatest(
            0,
            floor(
                extract(epoch from due.at - missing_bars.known_at) / 86400
            )::integer
        )
        else (
            select count(*)::integer from market.session as s
            -- Those that opened after the last bar was known, and are over.
            where s.calendar = i.calendar and s.open_at > missing_bars.known_at
            and s.close_at <= due.at
        )
    end
    from market.instrument as i
    cross join (
        select missing_bars.at
        - tenant.number_setting('feed_lag_minutes') * interval '1 minute' as at
    ) as due
    where i.instrument_id = missing_bars.instrument_id
$$;
comment on function risk.missing_bars(integer, timestamptz, timestamptz) is
'How many daily bars of an instrument are missing at a time, the last known one being '
'of known_at.';

-- Deposits and withdrawals of the day are neither profit nor loss.
create or replace function risk.daily_loss(
    account_id bigint, equity numeric, at timestamptz
)
returns numeric
language plpgsql stable -- the ledger's functions come later
set search_path = pg_catalog, pg_temp
as $$
declare
    day constant timestamptz :=
    date_trunc('day', daily_loss.at, 'UTC') - interval '1 microsecond';
    dawn numeric;
    moved numeric;
begin
    select e.equity into dawn from trade.equity_at(daily_loss.account_id, day) as e;
    select coalesce(sum(c.amount), 0) into moved from trade.capital_event as c
    where c.tenant_id = public.current_tenant()
    and c.account_id = daily_loss.account_id and c.at > day and c.kind = 'capital';
    return greatest(0, 1 - (daily_loss.equity - moved) / nullif(dawn, 0));
end
$$;
comment on function risk.daily_loss(bigint, numeric, timestamptz) is
'What an account lost since 00:00 UTC, as a fraction of its equity then.';

create or replace function risk.graph_score(
    symbol text, strategy_id bigint default null
)
returns table (score double precision, reason text)
language sql stable rows 1
begin atomic
    select s.score, s.reason
    from risk.score as s
    where
        s.tenant_id = public.current_tenant() and s.symbol = graph_score.symbol
        and (s.strategy_id is null or s.strategy_id = graph_score.strategy_id)
        and (s.until is null or s.until > pg_catalog.clock_timestamp())
    order by s.at desc, s.score_id desc
    limit 1;
end;
comment on function risk.graph_score(text, bigint) is
'The newest score that the risk graph gave a symbol; no row if it gave none.';
