-- Instruments from a file: symbol, name, sector, industry, asset class.

create or replace function market.check_staged_instruments(
    correct boolean default false
)
returns bigint
language plpgsql volatile
-- Definer: the staging tables belong to the owner.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform market._check_is_staged('staged_instrument');
    perform pg_advisory_xact_lock(hashtextextended('market.ingest', 0));
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select s.staged_id, s.line, s.problem_column, s.problem, s.raw
    from pg_temp.staged_instrument as s
    where s.problem is not null;

    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select
        s.staged_id, s.line, fault.column_name, fault.reason,
        array_to_string(array[
            s.symbol, s.name, s.sector, s.industry, s.asset_class, s.currency
        ], ',', '')
    from (
        select
            n.*, first_value(n.line) over same as first_line,
            row_number() over same as number
        from pg_temp.staged_instrument as n
        where n.problem is null
        window same as (partition by n.symbol order by n.staged_id)
    ) as s
    left join market.instrument as i on i.symbol = s.symbol
    cross join lateral (values
        ('symbol', case
            when s.symbol is null then 'is empty'
            when s.symbol !~ '^[A-Z0-9^][A-Z0-9.^=/_-]{0,31}$'
                then 'is not a symbol: ' || quote_literal(left(s.symbol, 40))
            when s.number > 1
                then format('%s is in line %s already', s.symbol, s.first_line)
        end),
        ('asset_class', case
            when s.asset_class is null then 'is empty'
            when s.asset_class not in ('equity', 'index', 'crypto', 'forex', 'option')
                then format(
                    'is %L, not equity, index, crypto, forex or option',
                    left(s.asset_class, 40)
                )
            when not correct and s.asset_class <> i.asset_class
                then format('differs from what is stored: %s', i.asset_class)
        end),
        ('currency', case
            when s.currency !~ '^[A-Z0-9]{3,8}$'
                then 'is not a currency: ' || quote_literal(left(s.currency, 40))
            when not correct and s.currency <> i.currency
                then format('differs from what is stored: %s', i.currency)
        end),
        ('name', case
            when not correct and s.name <> i.name
                then format('differs from what is stored: %s', i.name)
        end),
        ('sector', case
            when not correct and s.sector <> i.sector
                then format('differs from what is stored: %s', i.sector)
        end),
        ('industry', case
            when not correct and s.industry <> i.industry
                then format('differs from what is stored: %s', i.industry)
        end)
    ) as fault (column_name, reason)
    where fault.reason is not null;
    return (select count(*) from pg_temp.staged_fault);
end
$$;
comment on function market.check_staged_instruments(boolean) is
'Finds the faults of the staged instruments, into pg_temp.staged_fault; how many.';

create or replace function market.load_staged_instruments(correct boolean default false)
returns table (inserted bigint, unchanged bigint, corrected bigint)
language plpgsql volatile
-- Definer: the only way by which a login other than the owner stores instruments.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted bigint;
begin
    perform market._check_is_staged('staged_instrument');
    delete from pg_temp.staged_instrument as s
    where exists (
        select from pg_temp.staged_fault as f where f.staged_id = s.staged_id
    );
    select count(*) into wanted from pg_temp.staged_instrument;

    corrected := 0;
    if correct then
        update market.instrument as i
        set
            name = coalesce(s.name, i.name), sector = coalesce(s.sector, i.sector),
            industry = coalesce(s.industry, i.industry), asset_class = s.asset_class,
            calendar = market._usual_calendar(s.asset_class),
            currency = coalesce(s.currency, i.currency)
        from pg_temp.staged_instrument as s
        where i.symbol = s.symbol
            and (
                coalesce(s.name, i.name), coalesce(s.sector, i.sector),
                coalesce(s.industry, i.industry), s.asset_class,
                coalesce(s.currency, i.currency)
            )
            is distinct from (i.name, i.sector, i.industry, i.asset_class, i.currency);
        get diagnostics corrected = row_count;
    end if;

    insert into market.instrument (
        symbol, name, asset_class, sector, industry, calendar, currency
    )
    select
        s.symbol, s.name, s.asset_class, s.sector, s.industry,
        market._usual_calendar(s.asset_class), coalesce(s.currency, 'USD')
    from pg_temp.staged_instrument as s
    where not exists (select from market.instrument as i where i.symbol = s.symbol)
    order by s.staged_id
    on conflict do nothing;
    get diagnostics inserted = row_count;

    unchanged := wanted - inserted - corrected;
    return next;
end
$$;
comment on function market.load_staged_instruments(boolean) is
'Stores the checked instruments that are new, and with correct those that differ.';

-- Equities, indices and options keep New York's hours, the others trade every day.
create or replace function market._usual_calendar(asset_class text)
returns text
language sql immutable parallel safe
return case when asset_class in ('equity', 'index', 'option') then 'XNYS' end;
comment on function market._usual_calendar(text) is
'The calendar an instrument of this class has unless somebody says otherwise.';

revoke all on function
market.check_staged_instruments(boolean), market.load_staged_instruments(boolean),
market._usual_calendar(text)
from public;
grant execute on function
market.check_staged_instruments(boolean), market.load_staged_instruments(boolean)
to bellwether_worker;
