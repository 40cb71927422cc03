-- What an order would do, before anybody places it.
--
-- Example: select api.what_if(1, 'AAPL', 'buy', 100)
--   -> {"limits": {"allowed": true, ...}, "exposure": {...},
--   "correlation": [...], "similar_outcomes": [...]}

create or replace function api.what_if(
    account_id bigint,
    symbol text,
    side text,
    quantity numeric,
    limit_price numeric default null,
    as_of timestamptz default null
)
returns jsonb
language plpgsql stable
security definer -- analysts have no rights on risk
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    judged record;
    wanted market.instrument;
    account api.accounts;
    change numeric;
    -- At a moment of the past what is held is worth what it was then.
    moment constant timestamptz := market.as_of(what_if.as_of);
    exposure jsonb;
    related jsonb;
    outcomes jsonb;
begin
    select * into judged from risk.check_order(
        what_if.account_id, what_if.symbol, what_if.side, what_if.quantity,
        what_if.limit_price, what_if.as_of
    );
    select * into wanted from market.instrument as i
    where i.symbol = what_if.symbol;
    select * into account from api.accounts as a
    where a.account_id = what_if.account_id;
    change := judged.price * what_if.quantity
        * case what_if.side when 'sell' then -1 else 1 end;

    select
        jsonb_object_agg(
            share.name, jsonb_build_object(
                'before', round(share.before, 2), 'after', round(share.after, 2),
                'before_fraction', round(share.before / nullif(held.equity, 0), 4),
                'after_fraction', round(share.after / nullif(held.equity, 0), 4)
            )
        ) || jsonb_build_object(
            'equity', max(held.equity), 'sector_name', wanted.sector
        )
    into exposure
    from (
        select
            account.cash + coalesce(sum(p.value), 0) as equity,
            coalesce(sum(abs(p.value)), 0) as gross,
            coalesce(sum(p.value) filter (where p.symbol = what_if.symbol), 0) as own,
            coalesce(
                sum(p.value) filter (where p.sector = wanted.sector), 0
            ) as sector
        from (
            select
                o.symbol, i.sector, o.quantity
                * coalesce(q.price, o.average_cost) as value
            from api.positions as o
            inner join market.instrument as i on o.symbol = i.symbol
            left join lateral risk.last_close(i.instrument_id, moment) as q on true
            where o.account_id = what_if.account_id and o.quantity <> 0
        ) as p
    ) as held
    cross join lateral (
        values
        ('symbol', held.own, held.own + change),
        ('sector', held.sector, held.sector + change),
        ('gross', held.gross, held.gross - abs(held.own) + abs(held.own + change)),
        ('cash', account.cash, account.cash - change)
    ) as share (name, before, after);

    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'symbol', p.symbol, 'quantity', p.quantity,
                'value', p.quantity * coalesce(q.price, p.average_cost),
                'correlation', round(c.correlation::numeric, 4), 'days', c.days
            ) order by abs(c.correlation) desc nulls last, p.symbol
        ), '[]'
    ) into related
    from api.positions as p
    inner join market.instrument as i on p.symbol = i.symbol
    left join lateral risk.last_close(i.instrument_id, moment) as q on true
    cross join lateral market.correlation(
        wanted.instrument_id, i.instrument_id, moment
    ) as c
    where p.account_id = what_if.account_id and p.quantity <> 0
    and p.symbol <> what_if.symbol;

    begin
        select coalesce(jsonb_agg(to_jsonb(s) order by s.horizon), '[]') into outcomes
        from api.pattern_statistics(
            what_if.symbol, coalesce(what_if.as_of, now())
        ) as s;
    exception
        -- There is no history of this symbol, or none that goes back so far.
        when sqlstate 'BW310' or sqlstate 'BW313' then
            outcomes := jsonb_build_object('missing', sqlerrm);
    end;

    return jsonb_build_object(
        'limits', to_jsonb(judged),
        'exposure', exposure,
        'correlation', related,
        'similar_outcomes', outcomes
    );
end
$$;
comment on function api.what_if(
    bigint, text, text, numeric, numeric, timestamptz
) is
'What an order would do: whether the limits let it through, exposure of symbol, sector '
'and account before and after (money and fraction of equity), how the symbol moved '
'with what is held (60 days), and what followed similar times.';

create or replace function api.ask_order(
    account_id bigint,
    symbol text,
    side text,
    quantity numeric,
    type text default 'market',
    limit_price numeric default null,
    stop_price numeric default null,
    time_in_force text default 'day',
    client_order_id text default null,
    dry_run boolean default false,
    as_of timestamptz default null
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    answer constant jsonb := to_jsonb(
        api.place_order(
            ask_order.account_id, ask_order.symbol, ask_order.side, ask_order.quantity,
            ask_order.type, ask_order.limit_price, ask_order.stop_price,
            ask_order.time_in_force, ask_order.client_order_id, ask_order.dry_run,
            ask_order.as_of
        )
    );
begin
    if not ask_order.dry_run then
        return answer;
    end if;
    return answer || jsonb_build_object(
        'what_if', api.what_if(
            ask_order.account_id, ask_order.symbol, ask_order.side, ask_order.quantity,
            ask_order.limit_price, ask_order.as_of
        )
    );
end
$$;
comment on function api.ask_order(
    bigint, text, text, numeric, text, numeric, numeric, text, text, boolean,
    timestamptz
) is
'Places an order as api.place_order does; with dry_run nothing happens and the answer '
'holds what_if beside the order: limits, exposure, correlation, similar outcomes.';
