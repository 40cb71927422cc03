-- Stop-limit orders; how far a broker's news was read; what a pre-flight check found;
-- exit plans that know of splits.

alter table trade.orders drop constraint orders_type;
alter table trade.orders add constraint orders_type
check (type in ('market', 'limit', 'stop', 'stop_limit'));
alter table trade.orders drop constraint orders_limit_has_price;
alter table trade.orders add constraint orders_limit_has_price
check ((type in ('limit', 'stop_limit')) = (limit_price is not null));
alter table trade.orders drop constraint orders_stop_has_price;
alter table trade.orders add constraint orders_stop_has_price
check ((type in ('stop', 'stop_limit')) = (stop_price is not null));

alter table trade.account add column polled_until timestamptz;
comment on column trade.account.polled_until
is 'Up to when the fills that its broker lists were read; from there on it is asked.';

alter table trade.paper_book add column triggered_at timestamptz;
comment on column trade.paper_book.triggered_at
is 'When a stop-limit order''s stop was reached; from then on it is a limit order.';

-- It takes the table's row; the install makes it anew.
drop function if exists trade._exit_trigger(trade.exit_plan, market.bar, boolean);
alter table trade.exit_plan add column split_factor numeric not null default 1
constraint exit_plan_split_factor check (split_factor > 0);
comment on column trade.exit_plan.split_factor is
'What its prices were multiplied with since it was made, by splits of the instrument.';

-- It is risk._clamps now: the agents ask before an order is there.
drop function if exists trade._clamps(trade.orders);

create table trade.preflight (
    tenant_id integer not null default current_tenant()
    constraint preflight_tenant_fkey references tenant.tenant,
    preflight_id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    passed boolean not null,
    checks jsonb not null,
    checked_by text not null default session_user,
    constraint preflight_pkey primary key (tenant_id, preflight_id)
);
comment on table trade.preflight is
'What the check before trading real money found; without one that passed lately no '
'order goes to a live broker.';
comment on column trade.preflight.checks is '[{"name", "passed", "found"}].';

alter table trade.preflight enable row level security, force row level security;
create policy tenant_isolation on trade.preflight
using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());

-- Brackets that their broker keeps whole: it takes the entry and its legs in one order.
alter table trade.bracket add column is_native boolean not null default false;
comment on column trade.bracket.is_native is
'The broker takes entry and legs as one order, and lets the legs exclude each other.';
alter table trade.bracket drop constraint bracket_status;
alter table trade.bracket add constraint bracket_status
check (status in ('waiting', 'placed', 'watched', 'void'));
comment on column trade.bracket.status is
'waiting: for the entry, or to hear of the legs; placed: legs are orders of their own; '
'watched: the broker can keep no leg, the exit plan looks at both prices; void: nothing '
'was filled.';
alter table trade.orders drop constraint orders_origin;
alter table trade.orders add constraint orders_origin
check (origin in ('desk', 'leg', 'external'));
comment on column trade.orders.origin is
'leg: the broker made it of a bracket of ours; external: found at the broker by a '
'reconciliation, no limit was asked.';
alter table trade.orders add constraint orders_leg_has_group
check (origin <> 'leg' or oco is not null);
