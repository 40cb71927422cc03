-- A claim no longer counts the jobs of each flow, nor looks its jobs up once more to
-- remember how far it came.

drop function if exists work._lock_next(work.flow[], integer);
drop function if exists work._shares(work.flow[], integer);
drop function if exists work._remember(text[], work.flow[], bigint[], timestamptz);
