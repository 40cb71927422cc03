-- The books against the fills: each figure that is kept, and what it must be.
--
-- Example: select * from trade.audit() where not agrees;  -> no rows

create or replace function trade.audit()
returns table (
    account_id bigint, what text, symbol text, kept numeric, recomputed numeric,
    agrees boolean
)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    with fill as (
        select f.* from trade.fill as f where f.tenant_id = public.current_tenant()
    ),

    entry as (
        select e.* from trade.ledger_entry as e
        where e.tenant_id = public.current_tenant()
    ),

    book as (
        select
            fill.account_id, fill.instrument_id, fill.symbol,
            trade.book_of(
                fill.side, fill.quantity, fill.price, fill.fee order by fill.revision
            ) as b
        from fill group by fill.account_id, fill.instrument_id, fill.symbol
    ),

    compared as (
        select
            coalesce(book.account_id, p.account_id) as account_id, item.what,
            coalesce(book.symbol, p.symbol) as symbol, item.kept, item.recomputed
        from book
        full join (
            select held.* from trade.position as held
            where held.tenant_id = public.current_tenant()
        ) as p on book.account_id = p.account_id
        and book.instrument_id = p.instrument_id
        cross join lateral (values
            ('position quantity', p.quantity, (book.b).quantity),
            ('position cost', p.cost, (book.b).cost),
            ('position realised', p.realised, (book.b).realised),
            (
                'position cost in the ledger', p.cost,
                (
                    select coalesce(sum(entry.amount), 0) from entry
                    where
                        entry.account_id = p.account_id
                        and entry.instrument_id = p.instrument_id
                        and entry.ledger = 'position'
                )
            )
        ) as item (what, kept, recomputed)
        union all
        select
            a.account_id, item.what, null, item.kept, item.recomputed
        from trade.account as a
        cross join lateral (values
            (
                'cash', a.cash,
                (
                    select coalesce(sum(c.amount), 0) from trade.capital_event as c
                    where c.tenant_id = a.tenant_id and c.account_id = a.account_id
                )
                + (
                    select coalesce(sum(
                        case fill.side when 'buy' then -1
                            else 1 end * fill.quantity * fill.price - fill.fee
                    ), 0)
                    from fill where fill.account_id = a.account_id
                )
            ),
            (
                'cash in the ledger', a.cash,
                (
                    select coalesce(sum(entry.amount), 0) from entry
                    where entry.account_id = a.account_id and entry.ledger = 'cash'
                )
            ),
            (
                'ledger', 0,
                (
                    select coalesce(sum(entry.amount), 0) from entry
                    where entry.account_id = a.account_id
                )
            )
        ) as item (what, kept, recomputed)
        where a.tenant_id = public.current_tenant()
        union all
        select
            o.account_id, format(
                'filled quantity of order %s', o.order_id
            ), o.symbol, o.filled_quantity,
            (
                select coalesce(sum(fill.quantity), 0) from fill
                where fill.order_id = o.order_id
            )
        from trade.orders as o
        where o.tenant_id = public.current_tenant()
    )

    select
        compared.account_id, compared.what, compared.symbol, compared.kept,
        compared.recomputed,
        compared.kept is not distinct from compared.recomputed
    from compared
    order by compared.account_id, compared.symbol nulls first, compared.what
$$;
comment on function trade.audit() is
'Recomputes positions, cash and filled quantities from the fills and compares; '
'everything must agree.';
