-- A cycle whole: what was asked, what each agent said, what came of it.

create or replace function api.cycle_report(cycle_id bigint)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    steps jsonb;
begin
    -- Raises for a cycle that the tenant does not have.
    select coalesce(jsonb_agg(to_jsonb(s)), '[]') into steps
    from api.cycle(cycle_report.cycle_id) as s;
    return (
        select to_jsonb(c) || jsonb_build_object(
            'steps', steps,
            'decisions', coalesce(
                (
                    select jsonb_agg(to_jsonb(d) order by d.decision_id)
                    from api.decisions as d where d.cycle_id = c.cycle_id
                ), '[]'
            ),
            'orders', coalesce(
                (
                    select jsonb_agg(to_jsonb(o) order by o.order_id)
                    from api.orders as o
                    inner join api.decisions as d on o.decision_id = d.decision_id
                    where d.cycle_id = c.cycle_id
                ), '[]'
            )
        )
        from api.cycles as c where c.cycle_id = cycle_report.cycle_id
    );
end
$$;
comment on function api.cycle_report(bigint) is
'A cycle with its steps, decisions and orders as one document.';
