-- queue: what is done to each job of a batch, without a plan. Which jobs those are, and all
-- that follows from their end, is decided by the functions of the schema work; this one is
-- for them alone.

create function queue_finish(
    jobs regclass, done regclass, worker_id integer, job_ids bigint[],
    lease_tokens bigint[], moment timestamptz,
    out finished bigint[], out tenants integer[], out lanes text[]
)
as 'MODULE_PATHNAME' language c strict;
revoke all on function queue_finish(
    regclass, regclass, integer, bigint[], bigint[], timestamptz
) from public;
comment on function queue_finish(
    regclass, regclass, integer, bigint[], bigint[], timestamptz
) is
    'Moves the jobs that the worker holds by these leases, and that need not run again, to the table of those that are done; columns of one name are copied. Answers with the jobs that were finished, and with the tenants and lanes of those in lanes; null for none. Used by work.ack.';
