-- Trigger functions that keep the graph: in the transaction of the row that changed.

-- Arguments: part and column of its row_id, and so on by pairs.
create or replace function graph.on_rows_changed()
returns trigger
language plpgsql
security definer -- whoever changes rows has no rights on the graph
set search_path = pg_catalog, pg_temp
as $$
declare
    ids bigint[];
begin
    for place in 0 .. tg_nargs / 2 - 1 loop
        execute format(
            'select array_agg(distinct %1$I) from changed '
            'where tenant_id = public.current_tenant()', tg_argv[2 * place + 1]
        ) into ids;
        if ids is not null then
            perform graph.refresh(tg_argv[2 * place], ids);
        end if;
    end loop;
    return null;
end
$$;
comment on function graph.on_rows_changed() is
'Trigger function: writes the nodes and edges of rows that are new or changed.';

create or replace function graph.on_fills_changed()
returns trigger
language plpgsql
security definer -- whoever changes rows has no rights on the graph
set search_path = pg_catalog, pg_temp
as $$
declare
    cycles bigint[];
begin
    select array_agg(distinct d.cycle_id) into cycles
    from changed as f
    inner join trade.orders as o
        on f.tenant_id = o.tenant_id and f.order_id = o.order_id
    inner join agent.decision as d
        on o.tenant_id = d.tenant_id and o.decision_id = d.decision_id
    where f.tenant_id = public.current_tenant();
    if cycles is not null then
        perform graph.refresh('executed', cycles);
    end if;
    return null;
end
$$;
comment on function graph.on_fills_changed() is
'Trigger function: says during what the trades of a decision were executed.';

create or replace function graph.on_actions_changed()
returns trigger
language plpgsql
security definer -- whoever changes rows has no rights on the graph
set search_path = pg_catalog, pg_temp
as $$
declare
    strategies bigint[];
begin
    select array_agg(distinct c.strategy_id) into strategies
    from changed as a
    inner join agent.cycle as c on a.tenant_id = c.tenant_id and a.cycle_id = c.cycle_id
    where
        a.tenant_id = public.current_tenant() and c.strategy_id is not null
        and a.impact is not null;
    if strategies is not null then
        perform graph.refresh('performance', strategies);
    end if;
    return null;
end
$$;
comment on function graph.on_actions_changed() is
'Trigger function: where strategies do well, after what came of their actions.';

create or replace function graph.on_rows_deleted()
returns trigger
language plpgsql
security definer -- whoever deletes rows has no rights on the graph
set search_path = pg_catalog, pg_temp
as $$
begin
    -- What else a node stands for, only all rows together tell; deletes are rare.
    if exists (select from gone where gone.tenant_id = public.current_tenant()) then
        perform graph.rebuild(public.current_tenant());
    end if;
    return null;
end
$$;
comment on function graph.on_rows_deleted() is
'Trigger function: makes the graph anew when rows are gone.';
