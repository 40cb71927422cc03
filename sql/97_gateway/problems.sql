-- Names for the errors that clients see.

create or replace function gateway.problems()
returns table (code text, name text)
language sql stable
security definer -- the list is the owner's
set search_path = pg_catalog, pg_temp
as $$ select s.code, s.name from ops.sqlstate as s $$;
comment on function gateway.problems() is
'Our own SQLSTATEs with the stable names that problem details carry.';
