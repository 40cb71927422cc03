-- The queue as the page Jobs shows it, in one answer.
--
-- Example: select api.job_board() -> 'summary';

create or replace function api.job_board()
returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'summary', (
            select coalesce(jsonb_agg(to_jsonb(s) order by s.kind), '[]')
            from api.job_summary() as s
        ),
        'dead', (
            select coalesce(jsonb_agg(to_jsonb(d) order by d.job_id desc), '[]')
            from (
                select * from api.jobs as j where j.state = 'dead'
                order by j.job_id desc limit 100
            ) as d
        ),
        'newest', (
            select coalesce(jsonb_agg(to_jsonb(n) order by n.job_id desc), '[]')
            from (
                select * from api.jobs as j order by j.job_id desc limit 30
            ) as n
        )
    )
$$;
comment on function api.job_board() is
'The queue by kind, its dead jobs and its newest ones, as one document.';
