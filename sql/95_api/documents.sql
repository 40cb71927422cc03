-- What the desk wrote down, and how favourable the news are.
--
-- Example: select api.save_document('Trend', E'# Entry\nBuy $AAPL above `sma`.');
--          select title, heading, excerpt from api.search_documents('entry');
--          select * from api.sentiment('AAPL');

create or replace view api.documents with (security_barrier) as
select
    d.document_id,
    d.title,
    s.name as strategy,
    (
        select count(*) from memory.section as c
        where c.tenant_id = d.tenant_id and c.document_id = d.document_id
    ) as sections,
    d.saved_by,
    d.saved_at,
    d.body
from memory.document as d
left join strategy.strategy as s
    on d.tenant_id = s.tenant_id and d.strategy_id = s.strategy_id
where d.tenant_id = current_tenant();
comment on view api.documents is 'Documents of the desk, in Markdown.';

create or replace view api.document_sections with (security_barrier) as
select
    d.document_id,
    d.title,
    c.section,
    c.depth,
    c.heading,
    c.body,
    c.symbols,
    c.indicators
from memory.section as c
inner join memory.document as d
    on c.tenant_id = d.tenant_id and c.document_id = d.document_id
where c.tenant_id = current_tenant();
comment on view api.document_sections is
'Documents from one heading to the next. symbols: named as $AAPL; indicators: as '
'`rsi`.';

create or replace view api.snippets with (security_barrier) as
select
    d.document_id,
    d.title,
    n.section,
    n.snippet,
    n.language,
    n.code
from memory.snippet as n
inner join memory.document as d
    on n.tenant_id = d.tenant_id and n.document_id = d.document_id
where n.tenant_id = current_tenant();
comment on view api.snippets
    is 'Code in documents, with the language behind its fence.';

create or replace function api.save_document(
    title text, body text, strategy text default null
)
returns bigint
language sql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select memory.save_document(
        save_document.title, save_document.body, save_document.strategy
    )
$$;
comment on function api.save_document(text, text, text) is
'Keeps a Markdown document, perhaps about a strategy, under its title; returns its id. '
'Its sections, its code and what it names are in the graph.';

create or replace function api.drop_document(title text)
returns boolean
language sql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    with gone as (
        delete from memory.document as d
        where d.tenant_id = public.current_tenant() and d.title = drop_document.title
        returning d.document_id
    )
    select exists (select from gone)
$$;
comment on function api.drop_document(text) is
'Deletes a document; false if none had that title.';

create or replace function api.search_documents(query text, k integer default 10)
returns table (
    title text, section integer, heading text, rank real, excerpt text
)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
rows 10
as $$
    select
        d.title, c.section, c.heading, ts_rank_cd(c.words, q.query) as rank,
        ts_headline('english', c.body, q.query, 'StartSel=**, StopSel=**')
    from memory.section as c
    inner join memory.document as d
        on c.tenant_id = d.tenant_id and c.document_id = d.document_id
    cross join websearch_to_tsquery('english', search_documents.query) as q (query)
    where c.tenant_id = public.current_tenant() and c.words @@ q.query
    order by rank desc, d.title, c.section
    limit greatest(search_documents.k, 0)
$$;
comment on function api.search_documents(text, integer) is
'Sections of the desk''s documents that have the words, the best first, with what is '
'around them; the words as for a web search: quotes, or, -not.';

create or replace function api.sentiment(
    symbol text, as_of timestamptz default now(), days integer default 30
)
returns table (
    day date, news bigint, rated bigint, mean double precision, lowest double precision,
    highest double precision
)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select
        (n.published_at at time zone 'UTC')::date, count(*), count(n.sentiment),
        avg(n.sentiment::numeric)::double precision, min(n.sentiment), max(n.sentiment)
    from market.instrument as i
    inner join market.news as n on i.instrument_id = n.instrument_id
    where
        i.symbol = sentiment.symbol and n.known_at <= market.as_of(sentiment.as_of)
        and n.known_until > market.as_of(sentiment.as_of)
        and n.published_at
        > market.as_of(sentiment.as_of) - sentiment.days * interval '1 day'
    group by 1
    order by 1
$$;
comment on function api.sentiment(text, timestamptz, integer) is
'How favourable the news of an instrument were, day by day, as far as somebody rated '
'them and they were known then: mean, lowest and highest, -1 to 1.';
