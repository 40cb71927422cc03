-- Rows from before the triggers -> the graph. The triggers stand by now, and making
-- them waited for every writer: what is not read here, they have seen.

-- Only who may choose the tenant can go from one to the next.
reset role;
do $$
declare
    wanted record;
begin
    for wanted in select s.tenant_id from graph.stale as s order by s.tenant_id loop
        perform graph.rebuild(wanted.tenant_id);
        delete from graph.stale as s where s.tenant_id = wanted.tenant_id;
    end loop;
end
$$;
set role bellwether_owner;
