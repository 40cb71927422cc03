-- What was shown to the agent whose action was written: as agent.market_view chooses.

create or replace function graph.on_actions_influenced()
returns trigger
language plpgsql
security definer -- whoever writes actions has no rights on the graph
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into graph.influence (cycle_id, symbol, news_id)
    select a.cycle_id, a.symbol, n.news_id
    from changed as a
    inner join market.instrument as i on a.symbol = i.symbol
    cross join lateral (
        select w.news_id from market.news as w
        where
            w.instrument_id = i.instrument_id and w.known_at <= a.as_of
            and w.known_until > a.as_of
            and w.published_at
            > a.as_of - tenant.number_setting('news_days') * interval '1 day'
        order by w.published_at desc, w.news_id
        limit tenant.number_setting('news_most')::integer
    ) as n
    where a.tenant_id = public.current_tenant() and a.agent = 'DataAgent'
    on conflict do nothing;
    return null;
end
$$;
comment on function graph.on_actions_influenced() is
'Trigger function: remembers the news in the view from which an action came.';
