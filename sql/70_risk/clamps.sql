-- Cutting an order to what the limits let through, where the tenant wants that
-- (on_limit: clamp).
--
-- Example: risk._clamps(1, 7, 'buy', 1000, ...) -> {1, POSITION_LIMIT, 1000, 127, ...}

-- What the limits cut off, one after another until it passes; nothing where orders are
-- refused, or where no size would pass. Doing it again cuts nothing more.
create or replace function risk._clamps(
    account_id bigint,
    instrument_id integer,
    side text,
    quantity numeric,
    limit_price numeric,
    stop_price numeric,
    strategy_id bigint,
    at timestamptz,
    member text,
    oco bigint default null
)
returns risk.clamp[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    judged record;
    cut risk.clamp;
    cuts risk.clamp[] := array[]::risk.clamp[];
    fitting numeric := _clamps.quantity;
begin
    if risk.bounds(_clamps.member) ->> 'on_limit' <> 'clamp' then
        return cuts;
    end if;
    for place in 1..10 loop
        select * into strict judged from risk._assess(
            _clamps.account_id, _clamps.instrument_id, _clamps.side, fitting,
            _clamps.limit_price, _clamps.stop_price, _clamps.strategy_id, _clamps.at,
            _clamps.member, _clamps.oco
        );
        exit when judged.reason_code is null;
        if judged.max_quantity <= 0 or judged.max_quantity >= fitting or not exists (
            select from risk.limit as l
            where l.reason_code = judged.reason_code and l.clamps
        ) then
            return array[]::risk.clamp[];
        end if;
        cut.place := place;
        cut.reason_code := judged.reason_code;
        cut.before := fitting;
        cut.after := judged.max_quantity;
        cut.reason := judged.reason;
        cuts := cuts || cut;
        fitting := judged.max_quantity;
    end loop;
    return cuts;
end
$$;
comment on function risk._clamps(
    bigint, integer, text, numeric, numeric, numeric, bigint, timestamptz, text, bigint
) is
'What the limits cut off an order before it passes, by the setting on_limit.';
