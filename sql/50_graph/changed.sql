-- Trigger functions that keep the graph: in the transaction of the row that changed.

-- A session writes one tenant's graph. Who may pass the walls could change rows of
-- another one here, and its graph would not follow; so it is told.
create or replace function graph.only_own(tenants integer[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    other integer;
begin
    select min(t.tenant_id) into other from unnest(only_own.tenants) as t (tenant_id)
    where t.tenant_id <> public.current_tenant();
    if other is not null then
        raise exception using
            errcode = 'BW013',
            message = format(
                'rows of tenant %s cannot change in a session of tenant %s', other,
                public.current_tenant()
            ),
            hint = format('Set bellwether.tenant to %s first.', other);
    end if;
end
$$;
comment on function graph.only_own(integer[]) is
'Refuses a change of rows of tenants other than the session''s, whose graph could not '
'follow.';

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
    perform graph.only_own(array(select distinct c.tenant_id from changed as c));
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
        and (a.impact is not null or tg_op = 'UPDATE');
    if strategies is not null then
        -- Sums over actions of other sessions: who comes second sees the first one's.
        perform pg_advisory_xact_lock(
            'graph.performance'::regclass::oid::integer, public.current_tenant()
        );
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
    perform graph.only_own(array(select distinct g.tenant_id from gone as g));
    if exists (select from gone) then
        perform graph.rebuild(public.current_tenant());
    end if;
    return null;
end
$$;
comment on function graph.on_rows_deleted() is
'Trigger function: makes the graph anew when rows are gone.';

create or replace function graph.on_rows_rekeyed()
returns trigger
language plpgsql
security definer -- whoever changes rows has no rights on the graph
set search_path = pg_catalog, pg_temp
as $$
begin
    perform graph.rebuild(public.current_tenant());
    return null;
end
$$;
comment on function graph.on_rows_rekeyed() is
'Trigger function: makes the graph anew when rows belong to something else than '
'before.';
