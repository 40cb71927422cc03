-- Which news an agent was shown: the row of a tenant that names them, so that they are in
-- its graph. Trades that were closed are in it as patterns from now on, those of before
-- by the rebuild at the end of the install.

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
