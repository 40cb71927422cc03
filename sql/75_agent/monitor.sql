-- The event monitor: a move of 5 % within 15 minutes starts an event cycle.
--
-- A bar is compared with the highest and the lowest close of the bars that ended within
-- the window before its end, so a gap over night is none, and a split, which happens
-- over night, is none either. A price more than three times as far away as the move
-- that counts is taken for a bad tick until a second bar says the same.
--
-- Example: select api.set_monitor();                  -- 5 % in 15 minutes, equities
--          select api.set_monitor(0.03, asset_classes => '{equity,crypto}');

insert into work.kind as known
(
    name, description, max_attempts, backoff_base, backoff_max, lease, side_effects,
    merge_least
)
values
('market_move', 'Start the event cycle of one sudden move.',
8, '1 second', '1 minute', '1 minute', false, null)
on conflict (name) do update
    set description = excluded.description, side_effects = excluded.side_effects
    where (known.description, known.side_effects)
    is distinct from (excluded.description, excluded.side_effects);

create or replace function agent.set_monitor(
    move_fraction double precision,
    within interval,
    cooldown interval,
    asset_classes text[],
    symbols text[],
    execute boolean
)
returns void
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    unknown text;
begin
    select string_agg(coalesce(quote_literal(s.symbol), 'null'), ', ') into unknown
    from unnest(set_monitor.symbols) as s (symbol)
    where not exists (select from market.instrument as i where i.symbol = s.symbol);
    if unknown is not null
        or coalesce(cardinality(set_monitor.asset_classes), 0) = 0
        or not set_monitor.asset_classes
        <@ '{equity,index,crypto,forex,option}'::text[]
        or not coalesce(
            set_monitor.move_fraction > 0 and set_monitor.move_fraction < 10
            and set_monitor.within between '1 minute' and '1 day'
            and set_monitor.cooldown between '0' and '7 days', false
        )
    then
        raise exception using
            errcode = 'BW424',
            message = coalesce(
                'unknown symbol ' || unknown, 'the monitor cannot watch like this'
            ),
            detail = 'A move between 0 and 10, a window of a minute to a day, a '
                'cooldown of up to a week, asset classes that there are.';
    end if;
    insert into work.monitor (
        tenant_id, move_fraction, within, cooldown, asset_classes, symbols, execute
    ) values (
        public.current_tenant(), set_monitor.move_fraction, set_monitor.within,
        set_monitor.cooldown, set_monitor.asset_classes, set_monitor.symbols,
        coalesce(set_monitor.execute, false)
    )
    on conflict (tenant_id) do update
        set
            move_fraction = excluded.move_fraction, within = excluded.within,
            cooldown = excluded.cooldown, asset_classes = excluded.asset_classes,
            symbols = excluded.symbols, execute = excluded.execute;
end
$$;
comment on function agent.set_monitor(
    double precision, interval, interval, text[], text[], boolean
) is 'Watches the market for sudden moves on behalf of the tenant.';

create or replace function agent.stop_monitor()
returns void
language sql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$ delete from work.monitor as m where m.tenant_id = public.current_tenant() $$;
comment on function agent.stop_monitor() is 'Ends the tenant''s event monitor.';

-- What a bar's close is against the closes within a window before its end.
create or replace function market.move_of(
    bar market.bar, within interval, move_fraction double precision
)
returns table (move double precision, from_price double precision)
language sql stable rows 1
begin atomic
    with window_of as (
        select b.ts, b.close
        from market.bar as b
        inner join market.bar_interval as l on b.bar_interval = l.bar_interval
        where
            b.instrument_id = bar.instrument_id
            and b.bar_interval = bar.bar_interval
            and b.ts < bar.ts
            -- The bar before the window's first one gives the price at its start.
            and b.ts + l.length >= bar.known_at - move_of.within
    ),

    ends as (
        select
            min(w.close) as lowest, max(w.close) as highest,
            (
                select last.close from window_of as last order by last.ts desc limit 1
            ) as before
        from window_of as w
    ),

    moved as (
        select
            case
                when bar.close / e.lowest - 1 >= 1 - bar.close / e.highest
                    then bar.close / e.lowest - 1
                else bar.close / e.highest - 1
            end as move,
            case
                when bar.close / e.lowest - 1 >= 1 - bar.close / e.highest
                    then e.lowest
                else e.highest
            end as from_price,
            e.before
        from ends as e
        where e.lowest is not null
    )

    select m.move, m.from_price
    from moved as m
    where
        abs(m.move) >= move_of.move_fraction
        and (
            abs(m.move) <= 3 * move_of.move_fraction
            -- The bar before says the same.
            or sign(m.before / m.from_price - 1) = sign(m.move)
            and abs(m.before / m.from_price - 1) >= move_of.move_fraction
        );
end;
comment on function market.move_of(market.bar, interval, double precision) is
'How far a bar''s close is from the closes within a window before its end; no row if '
'that is less than a move or may be a bad tick.';

-- What the worker does with a move: an event, an alert, a cycle of kind event.
create or replace function agent.handle_move(move jsonb)
returns bigint
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    started bigint;
begin
    started := agent.new_cycle(
        array[move ->> 'symbol'],
        coalesce((move ->> 'execute')::boolean, false) and exists (
            select from trade.account as a where a.tenant_id = public.current_tenant()
        ), 'event',
        as_of => case
            -- A replay goes on in its own time.
            when (move ->> 'at')::timestamptz < clock_timestamp() - interval '1 hour'
                then (move ->> 'at')::timestamptz + interval '1 microsecond'
        end
    );
    perform agent.record_event('MarketMoved', move ->> 'symbol', move, started);
    perform ops.raise_alert(
        'market_move',
        move || jsonb_build_object(
            'move', risk._percent((move ->> 'move')::numeric, 1)
        ), move ->> 'symbol'
    );
    return started;
end
$$;
comment on function agent.handle_move(jsonb) is
'Starts the event cycle of a sudden move, with its event and alert; returns its id.';
