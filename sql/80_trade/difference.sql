-- What differs between our books and the broker's, once, with an id that follows from
-- the difference.

create or replace function trade._note_difference(
    account_id bigint, what text, symbol text, ours numeric, theirs numeric,
    since bigint, reason text, booked boolean
)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- The same difference after the same bookings is the same entry.
    id constant text := 'diff-' || substr(encode(sha256(convert_to(
        concat_ws(
            '|', public.current_tenant(), _note_difference.account_id, what, symbol,
            trim_scale(ours), trim_scale(theirs), since
        ), 'UTF8'
    )), 'hex'), 1, 24);
begin
    insert into trade.difference (
        difference_id, account_id, what, symbol, ours, theirs, reason, booked
    ) values (
        id, _note_difference.account_id, _note_difference.what,
        _note_difference.symbol, _note_difference.ours, _note_difference.theirs,
        _note_difference.reason, _note_difference.booked
    )
    on conflict (tenant_id, difference_id) do nothing;
    if not found then
        return null;
    end if;
    perform agent.record_event(
        'DifferenceFound', _note_difference.symbol,
        jsonb_build_object(
            'difference_id', id, 'account_id', _note_difference.account_id,
            'what', what, 'ours', ours, 'theirs', theirs, 'reason', reason
        )
    );
    perform ops.raise_alert(
        'reconcile',
        jsonb_build_object(
            'account_id', _note_difference.account_id, 'state', 'going on',
            'reason', reason
        ), id, 'warning'
    );
    return id;
end
$$;
comment on function trade._note_difference(
    bigint, text, text, numeric, numeric, bigint, text, boolean
) is 'Writes down a difference, once; returns its id, or null if it was known.';
