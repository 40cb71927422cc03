-- Before real money: what an account's record on paper says, what the live database is
-- ready for, and whether the check passed lately. `bellwether preflight` asks both,
-- adds connections and clocks, and records it; a worker sends no order to a live broker
-- without one that passed.
--
-- Example: select name, passed, found from trade.paper_record(1) where not passed;

insert into tenant.setting_default as known (
    name, value, minimum, maximum, choices, description
) values
(
    'preflight_days', '14', 1, 3650, null,
    'How many days of trading on paper the pre-flight check wants.'
),
(
    'preflight_trades', '10', 1, 1000000, null,
    'How many closed trades on paper the pre-flight check wants.'
),
(
    'preflight_sharpe', '0', -10, 10, null,
    'The Sharpe ratio on paper must be above this.'
),
(
    'preflight_win_rate', '0.5', 0, 1, null,
    'The share of winning trades on paper must be above this.'
),
(
    'preflight_worst_loss', '0.2', 0, 1, null,
    'No trade on paper, and no drawdown, may have lost more than this.'
),
(
    'preflight_delay_days', '4', 0, 100000, null,
    'Fills booked so many days after their market time are a replay, not a record.'
),
(
    'preflight_valid_days', '7', 1, 365, null,
    'How long a pre-flight check that passed lets orders go to a live broker.'
)
on conflict (name) do update
    set
        value = excluded.value, minimum = excluded.minimum, maximum = excluded.maximum,
        choices = excluded.choices, description = excluded.description
    where (known.value, known.minimum, known.maximum, known.choices, known.description)
    is distinct from (
        excluded.value, excluded.minimum, excluded.maximum, excluded.choices,
        excluded.description
    );

-- Something done on purpose, and undone later.
create or replace function trade._was_tried(begun text, ended text, account_id bigint)
returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from agent.event as b
        inner join agent.event as e
            on b.tenant_id = e.tenant_id and b.event_id < e.event_id
        where
            b.tenant_id = public.current_tenant() and b.type = begun and e.type = ended
            and (_was_tried.account_id is null or (
                b.payload ->> 'account_id' = _was_tried.account_id::text
                and b.payload -> 'triggers' ? 'manual'
                and e.payload ->> 'account_id' = _was_tried.account_id::text
            ))
    )
$$;
comment on function trade._was_tried(text, text, bigint) is
'Whether one event was followed by another; of an account: begun by hand.';

create or replace function trade.paper_record(account_id bigint)
returns table (name text, passed boolean, found text)
language plpgsql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    delay constant interval :=
    tenant.number_setting('preflight_delay_days') * interval '1 day';
    begun timestamptz;
    days integer;
    earned record;
    worst numeric;
    faults integer;
begin
    if not exists (
        select from trade.account as a
        where a.tenant_id = public.current_tenant()
        and a.account_id = paper_record.account_id
    ) then
        raise exception using
            errcode = 'BW123',
            message = format('there is no account %s', paper_record.account_id),
            hint = 'See api.accounts.';
    end if;
    select min(f.filled_at) into begun from trade.fill as f
    where f.tenant_id = public.current_tenant()
    and f.account_id = paper_record.account_id
    and f.recorded_at <= f.filled_at + delay;
    days := coalesce(
        floor(extract(epoch from clock_timestamp() - begun) / 86400), 0
    );
    select * into earned from trade.performance(
        paper_record.account_id, (begun at time zone 'UTC')::date, null
    );
    select min(f.realised / nullif(f.closed_cost, 0)) into worst from trade.fill as f
    where f.tenant_id = public.current_tenant()
    and f.account_id = paper_record.account_id
    and f.closed_quantity > 0 and f.filled_at >= begun;
    select count(*) into faults from trade.audit() as a
    where a.account_id = paper_record.account_id and not a.agrees;

    return query values
    (
        'paper days', days >= tenant.number_setting('preflight_days'),
        case when begun is null then 'nothing was filled as it happened'
            else format('%s days since %s', days, (begun at time zone 'UTC')::date) end
    ),
    (
        'paper trades',
        begun is not null
        and earned.trades >= tenant.number_setting('preflight_trades'),
        format('%s closed trades', case when begun is null then 0 else earned.trades end)
    ),
    (
        'paper Sharpe ratio',
        coalesce(earned.sharpe > tenant.number_setting('preflight_sharpe'), false)
        and begun is not null,
        coalesce(round(earned.sharpe::numeric, 2)::text, 'none')
    ),
    (
        'paper win rate',
        begun is not null and coalesce(
            earned.winning_trades::numeric / nullif(earned.trades, 0)
            > tenant.number_setting('preflight_win_rate'), false
        ),
        case when begun is null or earned.trades = 0 then 'none'
            else risk._percent(earned.winning_trades, earned.trades) end
    ),
    (
        'paper losses',
        begun is not null
        and coalesce(-worst, 0) <= tenant.number_setting('preflight_worst_loss')
        and coalesce(abs(earned.max_drawdown), 0)
        <= tenant.number_setting('preflight_worst_loss'),
        format(
            'worst trade %s, drawdown %s', risk._percent(coalesce(worst, 0), 1),
            risk._percent(coalesce(abs(earned.max_drawdown), 0)::numeric, 1)
        )
    ),
    (
        'breaker tripped on purpose',
        trade._was_tried('BreakerOpened', 'BreakerClosed', paper_record.account_id),
        'opened by hand and closed again, or not yet'
    ),
    (
        'halt tried', trade._was_tried('TradingHalted', 'TradingResumed', null),
        'halted and resumed, or not yet'
    ),
    (
        'paper books', faults = 0, format('%s figures disagree with the fills', faults)
    );
end
$$;
comment on function trade.paper_record(bigint) is
'What the pre-flight check finds in the record of a paper account, one row a check.';

-- An order of ten times the account, and one while trading is halted: neither may pass.
create or replace function trade._try_limits(account_id bigint)
returns table (name text, passed boolean, found text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted record;
    judged trade.orders;
begin
    select i.symbol, q.price, a.cash into wanted
    from trade.account as a
    cross join market.instrument as i
    cross join lateral risk.last_close(i.instrument_id, clock_timestamp()) as q
    where a.tenant_id = public.current_tenant()
    and a.account_id = _try_limits.account_id
    and i.asset_class in ('equity', 'crypto') and q.price > 0
    order by q.known_at desc, i.symbol limit 1;
    if not found then
        return query values ('limits hold', false, 'no instrument has a price');
        return;
    end if;
    judged := trade.place_order(
        _try_limits.account_id, wanted.symbol, 'buy',
        ceil(10 * greatest(wanted.cash, 1000) / wanted.price), dry_run => true
    );
    return query values (
        'limits hold',
        judged.status = 'refused'
        or judged.quantity * wanted.price <= greatest(wanted.cash, 1000),
        format(
            'ten times the account in %s: %s', wanted.symbol,
            coalesce(judged.reason_code, 'cut to ' || judged.quantity)
        )
    );
    -- The halt is undone with the block; what was judged stays.
    begin
        perform risk.set_state(
            'account', _try_limits.account_id::text, 'HALTED', 'pre-flight check'
        );
        judged := trade.place_order(
            _try_limits.account_id, wanted.symbol, 'buy', 1, dry_run => true
        );
        raise exception using errcode = 'BW199', message = 'undone';
    exception
        when sqlstate 'BW199' then null;
    end;
    return query values (
        'halt holds', judged.reason_code is not distinct from 'TRADING_HALTED',
        format('an order while halted: %s', coalesce(judged.reason_code, 'passed'))
    );
end
$$;
comment on function trade._try_limits(bigint) is
'Tries the limits and the kill switch with orders that are not kept.';

create or replace function trade.live_readiness(account_id bigint)
returns table (name text, passed boolean, found text)
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    account trade.account;
    held record;
    newest timestamptz;
    routes integer;
    paper_fills integer;
begin
    select * into account from trade.account as a
    where a.tenant_id = public.current_tenant()
    and a.account_id = live_readiness.account_id;
    if not found then
        raise exception using
            errcode = 'BW123',
            message = format('there is no account %s', live_readiness.account_id),
            hint = 'See api.accounts.';
    end if;
    select t.state, t.reason into held
    from risk.trading_state(null, null, account.account_id) as t;
    select max(b.known_at) into newest from market.bar as b
    where b.known_at <= clock_timestamp();
    select count(*) into routes from ops.alert_route as r
    where r.tenant_id = account.tenant_id and r.enabled and r.channel <> 'log';
    select count(*) into paper_fills from trade.fill as f
    where f.tenant_id = account.tenant_id and f.broker = 'paper';

    return query values
    (
        'account', account.broker <> 'paper',
        format('%s at %s', account.name, account.broker)
    ),
    (
        'no paper trades beside it', paper_fills = 0,
        format('%s fills of the paper broker in this database', paper_fills)
    ),
    (
        'books agree',
        coalesce(account.reconciled_at > clock_timestamp() - interval '1 hour', false),
        coalesce('compared at ' || account.reconciled_at, 'never compared')
    ),
    ('trading state', held.state is null, coalesce(held.reason, 'ACTIVE')),
    (
        'feed',
        coalesce(
            newest > clock_timestamp()
            - tenant.number_setting('max_price_age_days') * interval '1 day', false
        ), coalesce('newest bar known at ' || newest, 'no bars')
    ),
    ('alerts', routes > 0, format('%s routes to people', routes));
    return query select t.* from trade._try_limits(account.account_id) as t;
end
$$;
comment on function trade.live_readiness(bigint) is
'What the pre-flight check finds in the database that is to trade real money, one row '
'a check; limits and halt are tried with orders that are not kept.';

create or replace function trade.record_preflight(checks jsonb)
returns trade.preflight
language plpgsql
security definer -- callers have no rights on the table
set search_path = pg_catalog, pg_temp
as $$
declare
    recorded trade.preflight;
begin
    if jsonb_typeof(checks) is distinct from 'array' or jsonb_array_length(checks) = 0
    then
        raise exception using
            errcode = 'BW120', message = 'a pre-flight check has checks';
    end if;
    insert into trade.preflight (passed, checks)
    select bool_and(coalesce((c.value ->> 'passed')::boolean, false)), record_preflight.checks
    from jsonb_array_elements(record_preflight.checks) as c
    returning * into recorded;
    perform agent.record_event(
        'PreflightChecked', null,
        jsonb_build_object(
            'preflight_id', recorded.preflight_id, 'passed', recorded.passed,
            'by', session_user
        )
    );
    return recorded;
end
$$;
comment on function trade.record_preflight(jsonb) is
'Keeps what a pre-flight check found: [{"name", "passed", "found"}].';

create or replace function trade.preflight_passed()
returns boolean
language sql stable
security definer -- callers have no rights on the table
set search_path = pg_catalog, pg_temp
as $$
    select coalesce((
        select p.passed and p.at > clock_timestamp()
            - tenant.number_setting('preflight_valid_days') * interval '1 day'
        from trade.preflight as p
        where p.tenant_id = public.current_tenant()
        order by p.preflight_id desc limit 1
    ), false)
$$;
comment on function trade.preflight_passed() is
'Whether the newest pre-flight check passed, and lately.';
