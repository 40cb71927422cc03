-- News as others worded them, setups that failed, strategies that a model speaks for,
-- prices with the day they were checked on.

create table market.news (
    news_id bigint generated always as identity constraint news_pkey primary key,
    instrument_id integer not null
    constraint news_instrument_fkey references market.instrument,
    source text not null constraint news_source check (source <> ''),
    title text not null constraint news_title check (length(title) between 1 and 1000),
    url text,
    published_at timestamptz not null,
    known_at timestamptz not null,
    known_until timestamptz not null default 'infinity',
    sentiment double precision
    constraint news_sentiment check (sentiment between -1 and 1),
    constraint news_known check (known_at >= published_at and known_until > known_at)
);
comment on table market.news is
'What others wrote about an instrument: their words, never ours. A correction is a row '
'of its own, known from its arrival; the one before ends then.';
comment on column market.news.known_at is
'When it could first be read: its publication, or the arrival of a correction.';
comment on column market.news.known_until
    is 'When a correction took its place; infinity: it still counts.';
comment on column market.news.sentiment is
'How favourable it is, -1 to 1, as its source or a model rated it; null: not rated.';
create unique index news_current_key on market.news (
    instrument_id, source, published_at, md5(title)
) where known_until = 'infinity';
create index news_instrument_idx on market.news (instrument_id, known_at desc);

-- What the desk remembers of its own trades: the state in which a position was opened,
-- and what came of it. Searched by nearness of the state.
create table agent.setup (
    tenant_id integer not null default current_tenant(),
    account_id bigint not null,
    fill_id bigint not null,
    instrument_id integer not null
    constraint setup_instrument_fkey references market.instrument,
    symbol text not null,
    direction integer not null constraint setup_direction check (direction in (-1, 1)),
    snapshot_id bigint not null,
    features vector(32) not null,
    opened_at timestamptz not null,
    closed_at timestamptz not null,
    realised numeric not null,
    return_fraction double precision not null,
    constraint setup_pkey primary key (tenant_id, account_id, fill_id)
);
comment on table agent.setup is
'The state of an instrument when a position was opened that has been closed (wholly or '
'in part), and what it brought.';
comment on column agent.setup.fill_id is 'The fill that closed it.';
comment on column agent.setup.direction is '1: it was bought to open, -1: sold short.';
comment on column agent.setup.return_fraction
    is 'Realised profit over the cost of what was closed.';
create index setup_features_idx on agent.setup using hnsw (
    tenant_id, features vector_cosine_ops
);
alter table agent.setup enable row level security, force row level security;
create policy tenant_isolation on agent.setup
using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());

-- A strategy is rules, or a prompt that a language model answers.
alter table strategy.strategy add column kind text not null default 'rules'
constraint strategy_kind check (kind in ('rules', 'llm'));
alter table strategy.strategy add column prompt text
constraint strategy_prompt check ((kind = 'llm') = (prompt is not null));
alter table strategy.strategy add column status_reason text;
comment on column strategy.strategy.kind is
'rules: a document of conditions; llm: a prompt answered by LONG, SHORT or HOLD.';
comment on column strategy.strategy.prompt
    is 'Of kind llm: the name of its prompt in agent.prompt.';
comment on column strategy.strategy.status_reason
    is 'Why it was disabled, if it was by its record.';

alter table agent.approval drop constraint approval_kind;
alter table agent.approval add constraint approval_kind
check (kind in ('decision', 'breaker', 'weight', 'strategy'));

alter table agent.model_price add column checked_on date;
comment on column agent.model_price.checked_on
    is 'When somebody last compared it with the vendor''s own list; null: nobody did.';

-- The policy of an environment goes before the tenant's.
drop function if exists agent.route(text, integer, text, timestamptz, text);

-- The usual schedules for tenants that are there; later ones get theirs when they are
-- made (90_triggers/tenant_created.sql). Whoever drops one is rid of it.
insert into work.schedule (
    tenant_id, name, kind, payload, cron, time_zone, calendar, session_event,
    session_offset, catch_up, skip_if_running
)
select
    t.tenant_id, d.name, d.kind, '{}', d.cron, d.time_zone, 'XNYS', d.session_event,
    d.session_offset, 'last', true
from tenant.tenant as t
cross join (values
    (
        'morning scan', 'scan_market', '0 11 * * *', 'America/New_York', null,
        interval '0'
    ),
    (
        'afternoon scan', 'scan_market', '30 14 * * *', 'America/New_York', null,
        interval '0'
    ),
    ('daily summary', 'daily_summary', null, 'UTC', 'close', interval '30 minutes')
) as d (name, kind, cron, time_zone, session_event, session_offset)
where t.tenant_id > 0
on conflict do nothing;
