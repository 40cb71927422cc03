-- Average cost, one definition for booking, for a look back and for the audit
-- (reference/definitions.md, trades: fees of a buy go into the cost, fees of a sell
-- reduce the proceeds; a fill through zero closes the old position and opens a new one,
-- the fee shared by quantity).
--
-- Example: buy 10 at 100, fee 1: quantity 10, cost 1001
--          sell 4 at 110, fee 1: quantity 6, cost 600.6, realised 439 - 400.4 = 38.6

do $$
begin
    if to_regtype('trade.book') is null then
        create type trade.book as (
            quantity numeric,
            cost numeric,
            realised numeric,
            fees numeric,
            -- of the last fill
            closed_quantity numeric,
            closed_cost numeric,
            fill_realised numeric
        );
    end if;
end
$$;
comment on type trade.book is
'A position by average cost: quantity and cost are negative when short; what the last '
'fill closed and realised.';

create or replace function trade._book_fill(
    book trade.book, side text, quantity numeric, price numeric, fee numeric
)
returns trade.book
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    direction constant integer := case _book_fill.side when 'buy' then 1 else -1 end;
    held constant numeric := coalesce(book.quantity, 0);
    cost constant numeric := coalesce(book.cost, 0);
    closed constant numeric :=
    case when sign(held) = -direction then least(abs(held), quantity) else 0 end;
    opened constant numeric := quantity - closed;
    -- To the tenth decimal; the last part closes with what is left, so nothing remains.
    closed_cost constant numeric :=
    case when closed = abs(held) then cost
        else round(cost * closed / abs(held), 10) end;
    closed_fee constant numeric := case when opened = 0 then fee
    else round(fee * closed / quantity, 10) end;
    closed_amount constant numeric := direction * closed * price + closed_fee;
    -- No variable of type trade.book: who reads a view that keeps books may not look into
    -- this schema.
    fill_realised constant numeric :=
    case when closed > 0 then -closed_amount - closed_cost else 0 end;
begin
    return row(
        held + direction * quantity,
        case when closed > 0 then cost - closed_cost else cost end
        + direction * opened * price
        + (fee - case when closed > 0 then closed_fee else 0 end),
        coalesce(book.realised, 0) + fill_realised,
        coalesce(book.fees, 0) + fee,
        closed,
        case when closed > 0 then abs(closed_cost) else 0 end,
        -- What came in for the closed part less what it had cost.
        fill_realised
    );
end
$$;
comment on function trade._book_fill(trade.book, text, numeric, numeric, numeric) is
'A position after one more fill.';

create or replace aggregate trade.book_of(side text, quantity numeric, price numeric,
    fee numeric) (
    sfunc = trade._book_fill, stype = trade.book
);
comment on aggregate trade.book_of(text, numeric, numeric, numeric) is
'The position that fills lead to, in the order given.';
