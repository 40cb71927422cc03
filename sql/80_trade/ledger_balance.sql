-- Double entry, proved when the transaction commits: the entries of each fill and of
-- each capital event sum to zero, and there are some.

create or replace function trade.check_posting()
returns trigger
language plpgsql
security definer -- reads the ledger whoever booked
set search_path = pg_catalog, pg_temp
as $$
declare
    total numeric;
    entries integer;
    posting jsonb := to_jsonb(new);
begin
    select sum(e.amount), count(*) into total, entries
    from trade.ledger_entry as e
    where
        e.tenant_id = new.tenant_id
        and (
            e.fill_id = (posting ->> 'fill_id')::bigint
            or e.capital_event_id = (posting ->> 'capital_event_id')::bigint
        );
    if entries < 2 or total <> 0 then
        raise exception using
            errcode = 'BW140',
            message = format(
                'the ledger entries of %s sum to %s',
                case
                    when posting ->> 'fill_id' is not null
                        then format('fill %s', posting ->> 'fill_id')
                    else format('capital event %s', posting ->> 'capital_event_id')
                end,
                coalesce(total::text, 'nothing')
            );
    end if;
    return null;
end
$$;
comment on function trade.check_posting() is
'Trigger function: a posting has at least two entries, and they sum to zero.';

do $$
declare
    booked text;
begin
    foreach booked in array '{fill,capital_event,ledger_entry}'::text[] loop
        if not exists (
            select from pg_trigger
            where tgrelid = format('trade.%I', booked)::regclass
            and tgname = '_900_balance'
        ) then
            execute format(
                'create constraint trigger _900_balance after insert on trade.%I '
                'deferrable initially deferred for each row execute function '
                'trade.check_posting()',
                booked
            );
        end if;
    end loop;
end
$$;
