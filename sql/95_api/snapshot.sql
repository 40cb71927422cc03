-- The state of one instrument, as one document.
--
-- Example: select api.snapshot('AAPL', '2018-02-05') ->> 'text_form'

create or replace function api.snapshot(
    symbol text,
    as_of timestamptz default now(),
    bar_interval text default '1d'
)
returns jsonb
language plpgsql stable
security definer -- what was corrected later is in no view
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := coalesce(
        case
            when snapshot.as_of = date_trunc('day', snapshot.as_of)
                then snapshot.as_of + interval '1 day' - interval '1 microsecond'
            else snapshot.as_of
        end, now()
    );
    found_row jsonb;
    told jsonb;
begin
    select to_jsonb(s) into found_row from api.snapshots as s
    where s.symbol = snapshot.symbol and s.bar_interval = snapshot.bar_interval
    and s.known_at <= moment
    order by s.ts desc limit 1;
    -- One that was corrected later says what it said then, in the same fields.
    select to_jsonb(v) || jsonb_build_object('symbol', i.symbol)
    into told
    from market.instrument as i
    inner join market.snapshot_version as v on i.instrument_id = v.instrument_id
    where i.symbol = snapshot.symbol and v.bar_interval = snapshot.bar_interval
    and v.known_at <= moment and v.known_until > moment
    and v.ts > coalesce((found_row ->> 'ts')::timestamptz, '-infinity')
    order by v.ts desc limit 1;
    if told is not null then
        select jsonb_object_agg(f.key, coalesce(told -> f.key, f.value)) into found_row
        from api.snapshots as s
        cross join lateral jsonb_each(to_jsonb(s)) as f
        where s.snapshot_id = (told ->> 'snapshot_id')::bigint;
    end if;
    if found_row is null then
        if not exists (
            select from api.instruments as i where i.symbol = snapshot.symbol
        ) then
            raise exception using
                errcode = 'BW310',
                message = format(
                    'there is no symbol %s',
                    coalesce(left(snapshot.symbol, 100), 'null')
                ),
                hint = 'The symbols are in api.instruments.';
        end if;
        raise exception using
            errcode = 'BW313',
            message = format(
                'nothing was known of %s at %s', snapshot.symbol, moment
            ),
            hint = 'See api.bars for what there is.';
    end if;
    return found_row;
end
$$;
comment on function api.snapshot(text, timestamptz, text) is
'The latest snapshot of a symbol known at a time, as one document; a bare date is the '
'end of that day.';

create or replace function api.describe(
    symbol text,
    as_of timestamptz default now(),
    bar_interval text default '1d'
)
returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'symbol', s.one -> 'symbol', 'ts', s.one -> 'ts',
        'known_at', s.one -> 'known_at', 'regime', s.one -> 'regime',
        'text', s.one -> 'text_form'
    )
    from (
        select api.snapshot(
            describe.symbol, describe.as_of, describe.bar_interval
        ) as one
    ) as s
$$;
comment on function api.describe(text, timestamptz, text) is
'The latest snapshot of a symbol known at a time, in words.';
