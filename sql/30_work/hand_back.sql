-- The answer to a claim got lost: the worker lives and does not know that it holds
-- those jobs, so nobody would do them before their leases end. It says what it knows
-- of, and the rest goes back at once.
--
-- Example: select work.hand_back(3, '{12,13}', '{1,4}') -> 1
--
-- To be called while no claim of the worker is under way: its jobs would be taken away.

create or replace function work.hand_back(
    worker_id integer, known_job_ids bigint[], known_lease_tokens bigint[]
)
returns integer
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    handed_back integer;
begin
    if cardinality(hand_back.known_job_ids)
        is distinct from cardinality(hand_back.known_lease_tokens) then
        raise exception using
            errcode = 'BW205',
            message = 'job ids and lease tokens differ in number';
    end if;
    -- They were not started: the attempt does not count.
    update work.job as j
    set
        state = 'ready', attempt = j.attempt - 1, lease_token = j.lease_token + 1,
        lease_until = null, worker_id = null, started_at = null,
        payload = work._merged(j.payload, j.again, k.merge_least), again = null
    from work.kind as k
    where
        j.state = 'leased' and j.worker_id = hand_back.worker_id and k.name = j.kind
        and not exists (
            select from unnest(hand_back.known_job_ids, hand_back.known_lease_tokens)
                as known (job_id, lease_token)
            where known.job_id = j.job_id and known.lease_token = j.lease_token
        );
    get diagnostics handed_back = row_count;
    if handed_back > 0 then
        perform work._wake();
    end if;
    return handed_back;
end
$$;
comment on function work.hand_back(integer, bigint[], bigint[]) is
'Hands back what a worker leases without knowing it, as the answer to a claim got lost; '
'returns how many jobs.';
