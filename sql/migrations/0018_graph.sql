-- Which news an agent was shown: the row of a tenant that names them, so that they are in
-- its graph. What the desk wrote down about its strategies, section by section. Trades
-- that were closed are in it as patterns from now on, those of before by the rebuild at
-- the end of the install.

create table graph.influence (
    tenant_id integer not null default current_tenant(),
    cycle_id bigint not null,
    agent text not null default 'DataAgent',
    symbol text not null,
    news_id bigint not null
    constraint influence_news_fkey references market.news,
    constraint influence_pkey primary key (tenant_id, cycle_id, agent, symbol, news_id),
    constraint influence_action_fkey foreign key (tenant_id, cycle_id, agent, symbol)
    references agent.action (tenant_id, cycle_id, agent, symbol) on delete cascade
);
comment on table graph.influence is
'The news that stood in the market view from which an agent''s action came.';

alter table graph.stale disable row level security;
insert into graph.stale (tenant_id) select t.tenant_id from tenant.tenant as t
on conflict do nothing;
alter table graph.stale enable row level security;

alter table graph.influence enable row level security, force row level security;
create policy tenant_isolation on graph.influence
using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());

create table memory.document (
    tenant_id integer not null default current_tenant()
    constraint document_tenant_fkey references tenant.tenant,
    document_id bigint generated always as identity,
    title text not null constraint document_title check (length(title) between 1 and 200),
    strategy_id bigint,
    body text not null,
    saved_by text not null default session_user,
    saved_at timestamptz not null default clock_timestamp(),
    constraint document_pkey primary key (tenant_id, document_id),
    constraint document_title_key unique (tenant_id, title),
    constraint document_strategy_fkey foreign key (tenant_id, strategy_id)
    references strategy.strategy (tenant_id, strategy_id)
);
comment on table memory.document is
'What the desk wrote down in Markdown: playbooks, research, how a strategy is meant.';

create table memory.section (
    tenant_id integer not null default current_tenant(),
    document_id bigint not null,
    section integer not null constraint section_section check (section >= 0),
    depth integer not null constraint section_depth check (depth between 0 and 6),
    heading text not null,
    body text not null,
    symbols text[] not null default '{}',
    indicators text[] not null default '{}',
    words tsvector generated always as (
        setweight(to_tsvector('english', heading), 'A')
        || setweight(to_tsvector('english', body), 'B')
    ) stored,
    constraint section_pkey primary key (tenant_id, document_id, section),
    constraint section_document_fkey foreign key (tenant_id, document_id)
    references memory.document (tenant_id, document_id) on delete cascade
);
comment on table memory.section is 'A document from one heading to the next.';
comment on column memory.section.section is '0: what stands before the first heading.';
comment on column memory.section.depth is 'How many # its heading has; 0: no heading.';
comment on column memory.section.symbols is 'Instruments that it names, as $AAPL.';
comment on column memory.section.indicators is 'Indicators that it names, as `rsi`.';
create index section_words_idx on memory.section using gin (words);

create table memory.snippet (
    tenant_id integer not null default current_tenant(),
    document_id bigint not null,
    section integer not null,
    snippet integer not null constraint snippet_snippet check (snippet > 0),
    language text not null default '',
    code text not null,
    constraint snippet_pkey primary key (tenant_id, document_id, section, snippet),
    constraint snippet_section_fkey foreign key (tenant_id, document_id, section)
    references memory.section (tenant_id, document_id, section) on delete cascade
);
comment on table memory.snippet is 'Code between fences, in its section''s order.';
comment on column memory.snippet.language is 'What stands behind the fence, as sql.';

do $$
declare
    walled text;
begin
    foreach walled in array '{document,section,snippet}'::text[] loop
        execute format(
            'alter table memory.%I enable row level security, '
            'force row level security', walled
        );
        execute format(
            'create policy tenant_isolation on memory.%I using '
            '(tenant_id = current_tenant()) with check (tenant_id = current_tenant())',
            walled
        );
    end loop;
end
$$;
