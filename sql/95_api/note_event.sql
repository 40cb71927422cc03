-- A remark of a person or another program in the record of what happened.
--
-- Example: select api.note_event('earnings call at five', 'AAPL', '{"source": "desk"}');

create or replace function api.note_event(
    note text, symbol text default null, payload jsonb default '{}'
)
returns void
language plpgsql
security definer -- nobody writes events but through agent
set search_path = pg_catalog, pg_temp
as $$
begin
    if coalesce(note_event.note, '') = '' or length(note_event.note) > 10000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'note must be a text of at most 10,000 characters';
    end if;
    if jsonb_typeof(coalesce(note_event.payload, '{}')) <> 'object' then
        raise exception using
            errcode = 'invalid_parameter_value', message = 'payload must be an object';
    end if;
    if note_event.symbol is not null and not exists (
        select from market.instrument as i where i.symbol = note_event.symbol
    ) then
        perform ops.fail('BW310', format(
            'there is no symbol %s', left(note_event.symbol, 100)
        ));
    end if;
    perform agent.record_event(
        'NoteAdded', note_event.symbol,
        coalesce(note_event.payload, '{}') || jsonb_build_object(
            'note', note_event.note, 'by', session_user
        )
    );
end
$$;
comment on function api.note_event(text, text, jsonb) is
'Writes a remark into the events of the desk: type NoteAdded, with who wrote it.';
