-- What was traded: accounts, orders, fills, the ledger, positions; and the paper
-- broker's book.

create schema trade;
comment on schema trade
    is 'Accounts, orders, fills, ledger, positions, and the paper broker.';

create table trade.account (
    tenant_id integer not null default current_tenant()
    constraint account_tenant_fkey references tenant.tenant,
    account_id bigint generated always as identity,
    name text not null,
    broker text not null default 'paper' constraint account_broker
        check (broker ~ '^[a-z]+$'),
    currency text not null default 'USD',
    cash numeric not null default 0,
    revision bigint not null default 0,
    reconciled_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    constraint account_pkey primary key (tenant_id, account_id),
    constraint account_name_key unique (tenant_id, name)
);
comment on table trade.account
    is 'One account at one broker; its row is locked by whatever changes what it may '
       'do.';
comment on column trade.account.cash is 'Sum of its cash entries in the ledger.';
comment on column trade.account.reconciled_at
    is 'When its books last agreed with those of the broker.';
comment on column trade.account.revision
    is 'Grows with each order, fill and deposit: the order in which they were booked.';

create table trade.orders (
    tenant_id integer not null default current_tenant(),
    order_id bigint generated always as identity,
    account_id bigint not null,
    instrument_id integer not null
    constraint orders_instrument_fkey references market.instrument,
    symbol text not null,
    side text not null constraint orders_side check (side in ('buy', 'sell')),
    quantity numeric not null constraint orders_quantity
        check (quantity > 0 and quantity < 'infinity'),
    type text not null default 'market' constraint orders_type
        check (type in ('market', 'limit', 'stop')),
    limit_price numeric constraint orders_limit_price
        check (limit_price > 0 and limit_price < 'infinity'),
    stop_price numeric constraint orders_stop_price
        check (stop_price > 0 and stop_price < 'infinity'),
    time_in_force text not null default 'day'
    constraint orders_time_in_force check (
        time_in_force in ('day', 'gtc', 'ioc', 'fok')
    ),
    decision_id bigint,
    leg integer not null default 0,
    origin text not null default 'desk'
    constraint orders_origin check (origin in ('desk', 'external')),
    oco bigint,
    replaces bigint,
    strategy_id bigint,
    client_order_id text not null
    constraint orders_client_order_id check (
        client_order_id ~ '^[A-Za-z0-9._:-]{1,128}$'
    ),
    status text not null default 'ready'
    constraint orders_status check (status in (
        'refused', 'ready', 'submitting', 'unknown', 'acked', 'partial', 'filled',
        'canceled', 'rejected', 'expired'
    )),
    reason_code text,
    reason text,
    reference_price numeric,
    broker_order_id text,
    attempt integer not null default 0,
    cancel_requested_at timestamptz,
    replacement jsonb,
    filled_quantity numeric not null default 0
    constraint orders_filled_quantity check (filled_quantity between 0 and quantity),
    average_fill_price numeric,
    placed_at timestamptz not null default clock_timestamp(),
    placed_by text not null default session_user,
    created_at timestamptz not null default clock_timestamp(),
    sent_at timestamptz,
    updated_at timestamptz not null default clock_timestamp(),
    constraint orders_pkey primary key (tenant_id, order_id),
    constraint orders_client_order_id_key unique (tenant_id, client_order_id),
    constraint orders_account_fkey foreign key (tenant_id, account_id)
        references trade.account,
    constraint orders_decision_fkey foreign key (tenant_id, decision_id)
        references agent.decision,
    constraint orders_limit_has_price check (
        (type = 'limit') = (limit_price is not null)
    ),
    constraint orders_stop_has_price check ((type = 'stop') = (stop_price is not null)),
    constraint orders_refused_says_why check (
        status <> 'refused' or reason_code is not null
    )
);
comment on table trade.orders is
'Every order, refused ones too; the row is committed before anything is sent.';
comment on column trade.orders.client_order_id is
'Made before the first byte is sent and never again: what the broker tells equal '
'orders by.';
comment on column trade.orders.reference_price
    is 'Price by which the limits were judged.';
comment on column trade.orders.placed_at
    is 'Market time of the order; in a replay the time of the cycle.';
comment on column trade.orders.placed_by is
'The login that asked for it; of a decision: that asked for the cycle.';
comment on column trade.orders.attempt is 'How often it was taken up to be sent.';
comment on column trade.orders.origin is
'external: found at the broker by a reconciliation; no limit was asked.';
comment on column trade.orders.oco is
'Orders of one group (the id of the order they belong to) exclude each other: when one '
'is filled the others are canceled.';
comment on column trade.orders.replaces is 'The order in whose place it stands.';
comment on column trade.orders.cancel_requested_at
    is 'Somebody wants it out of the market; the broker has not said so yet.';
comment on column trade.orders.replacement
    is 'What is to be ordered instead, once it is out of the market.';
create unique index orders_decision_leg_key
    on trade.orders (tenant_id, decision_id, leg)
where decision_id is not null;
create index orders_placed_at_idx on trade.orders (tenant_id, account_id, placed_at);
create index orders_open_idx on trade.orders (tenant_id, account_id)
where status in ('ready', 'submitting', 'unknown', 'acked', 'partial');

create table trade.fill (
    tenant_id integer not null default current_tenant(),
    fill_id bigint generated always as identity,
    order_id bigint not null,
    account_id bigint not null,
    instrument_id integer not null
    constraint fill_instrument_fkey references market.instrument,
    symbol text not null,
    side text not null constraint fill_side check (side in ('buy', 'sell')),
    quantity numeric not null constraint fill_quantity
        check (quantity > 0 and quantity < 'infinity'),
    price numeric not null constraint fill_price
        check (price > 0 and price < 'infinity'),
    fee numeric not null default 0 constraint fill_fee
        check (fee >= 0 and fee < 'infinity'),
    broker text not null,
    broker_fill_id text not null,
    filled_at timestamptz not null,
    revision bigint not null,
    closed_quantity numeric not null default 0,
    closed_cost numeric not null default 0,
    realised numeric not null default 0,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint fill_pkey primary key (tenant_id, fill_id),
    constraint fill_broker_fill_id_key unique (tenant_id, broker, broker_fill_id),
    constraint fill_order_fkey foreign key (tenant_id, order_id) references trade.orders
);
comment on table trade.fill
    is 'What the broker executed; written once, with its ledger entries.';
comment on column trade.fill.revision
    is 'The account''s revision when it was booked: the order of booking.';
comment on column trade.fill.closed_quantity
    is 'How much of an older, opposite position it closed.';
comment on column trade.fill.closed_cost
    is 'Average cost of what it closed (for a short: what it had brought).';
comment on column trade.fill.realised is 'Profit of the closed part after fees.';
create index fill_account_idx on trade.fill (
    tenant_id, account_id, instrument_id, filled_at
);
create index fill_order_idx on trade.fill (tenant_id, order_id);

create table trade.capital_event (
    tenant_id integer not null default current_tenant(),
    capital_event_id bigint generated always as identity,
    account_id bigint not null,
    kind text not null default 'capital'
    constraint capital_event_kind check (kind in ('capital', 'income')),
    amount numeric not null
    constraint capital_event_amount check (
        amount <> 0 and amount > '-infinity' and amount < 'infinity'
    ),
    at timestamptz not null,
    note text not null,
    key text not null,
    constraint capital_event_pkey primary key (tenant_id, capital_event_id),
    constraint capital_event_key unique (tenant_id, account_id, key),
    constraint capital_event_account_fkey foreign key (tenant_id, account_id)
        references trade.account
);
comment on table trade.capital_event is
'Money that came or went without a fill: deposits and withdrawals, and income.';
comment on column trade.capital_event.kind is
'capital: deposits (positive) and withdrawals, which are no return; income: dividends, '
'interest, fees, which are.';
comment on column trade.capital_event.key
    is 'The same key books the same event only once.';

create table trade.ledger_entry (
    tenant_id integer not null default current_tenant(),
    entry_id bigint generated always as identity,
    account_id bigint not null,
    fill_id bigint,
    capital_event_id bigint,
    ledger text not null
    constraint ledger_entry_ledger check (
        ledger in ('cash', 'position', 'realised', 'capital', 'income')
    ),
    instrument_id integer,
    amount numeric not null,
    at timestamptz not null,
    constraint ledger_entry_pkey primary key (tenant_id, entry_id),
    constraint ledger_entry_fill_key unique (tenant_id, fill_id, ledger),
    constraint ledger_entry_capital_event_key unique (tenant_id, capital_event_id,
        ledger),
    constraint ledger_entry_one_posting check (
        num_nonnulls(fill_id, capital_event_id) = 1
    ),
    constraint ledger_entry_account_fkey foreign key (tenant_id, account_id)
        references trade.account,
    constraint ledger_entry_fill_fkey foreign key (tenant_id, fill_id)
        references trade.fill,
    constraint ledger_entry_capital_event_fkey
    foreign key (tenant_id, capital_event_id) references trade.capital_event
);
comment on table trade.ledger_entry is
'Double entry: the amounts of each fill and each capital event sum to zero.';
comment on column trade.ledger_entry.ledger is
'cash and position (at cost) are what the account has; realised, capital and income '
'are where it came from (negative).';
create index ledger_entry_cash_idx
    on trade.ledger_entry (tenant_id, account_id, at) include (amount)
where ledger = 'cash';

create table trade.position (
    tenant_id integer not null default current_tenant(),
    account_id bigint not null,
    instrument_id integer not null
    constraint position_instrument_fkey references market.instrument,
    symbol text not null,
    quantity numeric not null,
    cost numeric not null,
    realised numeric not null,
    fees numeric not null,
    updated_at timestamptz not null default clock_timestamp(),
    constraint position_pkey primary key (tenant_id, account_id, instrument_id),
    constraint position_account_fkey foreign key (tenant_id, account_id)
        references trade.account,
    constraint position_flat_costs_nothing check (quantity <> 0 or cost = 0)
);
comment on table trade.position
    is 'What an account holds of an instrument, by average cost; trade.audit() '
       'recomputes it.';
comment on column trade.position.quantity is 'Negative when short.';
comment on column trade.position.cost
    is 'What was paid for it, fees included; negative when short.';

create table trade.bracket (
    tenant_id integer not null default current_tenant(),
    order_id bigint not null,
    take_profit numeric constraint bracket_take_profit check (take_profit > 0),
    stop_loss numeric constraint bracket_stop_loss check (stop_loss > 0),
    status text not null default 'waiting'
    constraint bracket_status check (status in ('waiting', 'placed', 'void')),
    constraint bracket_pkey primary key (tenant_id, order_id),
    constraint bracket_order_fkey foreign key (tenant_id, order_id)
    references trade.orders,
    constraint bracket_has_a_leg check (num_nonnulls(take_profit, stop_loss) > 0)
);
comment on table trade.bracket is
'What is ordered when an entry is done: a limit at the profit, a stop at the loss, of '
'what was filled; each excludes the other.';

create table trade.difference (
    tenant_id integer not null default current_tenant(),
    difference_id text not null,
    account_id bigint not null,
    what text not null constraint difference_what
    check (what in ('position', 'cash', 'order')),
    symbol text,
    ours numeric,
    theirs numeric,
    reason text not null,
    booked boolean not null,
    at timestamptz not null default clock_timestamp(),
    constraint difference_pkey primary key (tenant_id, difference_id),
    constraint difference_account_fkey foreign key (tenant_id, account_id)
    references trade.account
);
comment on table trade.difference is
'What a reconciliation found to differ from the broker, once each: the id follows from '
'the difference and from what was booked before it.';
comment on column trade.difference.booked
    is 'Whether the books were brought to the broker''s figure.';

create table trade.exit_plan (
    tenant_id integer not null default current_tenant(),
    plan_id bigint generated always as identity,
    account_id bigint not null,
    instrument_id integer not null
    constraint exit_plan_instrument_fkey references market.instrument,
    symbol text not null,
    direction integer not null constraint exit_plan_direction check (direction in (-1, 1)),
    opened_by bigint not null,
    entry_price numeric not null,
    stop_price numeric,
    target_price numeric,
    exit_by timestamptz,
    close_below numeric,
    close_above numeric,
    invalidation text not null,
    status text not null default 'active' constraint exit_plan_status
    check (status in ('active', 'triggered', 'closed', 'replaced', 'canceled')),
    checked_until timestamptz not null,
    attempts integer not null default 0,
    triggered_by text,
    triggered_at timestamptz,
    exit_order_id bigint,
    created_at timestamptz not null default clock_timestamp(),
    constraint exit_plan_pkey primary key (tenant_id, plan_id),
    constraint exit_plan_order_fkey foreign key (tenant_id, opened_by)
    references trade.orders
);
comment on table trade.exit_plan is
'When each position is given up: stop, target, time, and what would prove it wrong; '
'watched on each bar that comes, with or without a model.';
comment on column trade.exit_plan.direction is '1 long, -1 short.';
comment on column trade.exit_plan.close_below is 'A close below this proves it wrong.';
comment on column trade.exit_plan.checked_until is 'Bars known until then were looked at.';
create unique index exit_plan_active_key
on trade.exit_plan (tenant_id, account_id, instrument_id)
where status in ('active', 'triggered');

-- The paper broker's own book, as another party would keep it.
create table trade.paper_book (
    tenant_id integer not null default current_tenant(),
    account_id bigint not null,
    client_order_id text not null,
    broker_order_id text not null,
    instrument_id integer not null
    constraint paper_book_instrument_fkey references market.instrument,
    symbol text not null,
    side text not null,
    quantity numeric not null,
    type text not null,
    limit_price numeric,
    stop_price numeric,
    time_in_force text not null,
    placed_at timestamptz not null,
    status text not null default 'accepted'
    constraint paper_book_status check (
        status in ('accepted', 'filled', 'expired', 'canceled')
    ),
    oco bigint,
    matched_until timestamptz,
    finished_at timestamptz,
    constraint paper_book_pkey primary key (tenant_id, account_id, client_order_id)
);
comment on table trade.paper_book is 'Orders as the paper broker knows them.';
comment on column trade.paper_book.oco is 'Orders of one group exclude each other.';
comment on column trade.paper_book.matched_until
    is 'Start of the last bar that filled a part of it.';
create index paper_book_oco_idx on trade.paper_book (tenant_id, account_id, oco)
where oco is not null;

create table trade.paper_fill (
    tenant_id integer not null default current_tenant(),
    account_id bigint not null,
    client_order_id text not null,
    broker_fill_id text not null,
    quantity numeric not null,
    price numeric not null,
    fee numeric not null,
    filled_at timestamptz not null,
    constraint paper_fill_pkey primary key (tenant_id, account_id, broker_fill_id),
    constraint paper_fill_order_fkey
    foreign key (tenant_id, account_id, client_order_id) references trade.paper_book
);
comment on table trade.paper_fill is 'Executions as the paper broker knows them.';

-- Whose orders wait for bars of an instrument. Control data of the queue, without
-- tenants' walls: bars are loaded by a session that may see no tenant's orders.
create table work.waiting_order (
    tenant_id integer not null,
    order_id bigint not null,
    account_id bigint not null,
    instrument_id integer not null,
    constraint waiting_order_pkey primary key (tenant_id, order_id)
);
comment on table work.waiting_order
    is 'Orders at a broker that new bars of an instrument may fill.';
-- Whose positions are watched, for the same reason.
create table work.watched_position (
    tenant_id integer not null,
    account_id bigint not null,
    instrument_id integer not null,
    constraint watched_position_pkey primary key (tenant_id, account_id, instrument_id)
);
comment on table work.watched_position
    is 'Positions with an exit plan, which new bars of an instrument may trigger.';
create index watched_position_instrument_idx on work.watched_position (instrument_id);
create index waiting_order_instrument_idx on work.waiting_order (instrument_id);

-- Who wants to hear of sudden moves, and of which they were told. Control data without
-- tenants' walls, as above.
create table work.monitor (
    tenant_id integer constraint monitor_pkey primary key,
    move_fraction double precision not null
    constraint monitor_move_fraction check (move_fraction > 0 and move_fraction < 10),
    within interval not null
    constraint monitor_within check (within between '1 minute' and '1 day'),
    cooldown interval not null
    constraint monitor_cooldown check (cooldown between '0' and '7 days'),
    asset_classes text[] not null,
    symbols text[],
    execute boolean not null default false
);
comment on table work.monitor is
'The event monitor of each tenant: which moves start an event cycle.';
comment on column work.monitor.symbols is 'Null: every symbol of the asset classes.';
comment on column work.monitor.execute is 'Whether the event cycles place orders.';

create table work.monitor_move (
    tenant_id integer not null,
    instrument_id integer not null,
    at timestamptz not null,
    constraint monitor_move_pkey primary key (tenant_id, instrument_id)
);
comment on table work.monitor_move is
'The last move of each instrument that a tenant was told of, in market time.';
