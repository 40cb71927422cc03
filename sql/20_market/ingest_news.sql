-- News from a file: when, about which symbol, whose words, the words.
--
-- A line may be loaded again; one that differs from what is stored in address or
-- sentiment is refused, or, with correct, takes its place from now on.
--
-- Example: published_at,symbol,title,source,sentiment
--          2018-02-01T21:30:00Z,AAPL,Apple beats,Wire,0.4

create or replace function market.check_staged_news(correct boolean default false)
returns bigint
language plpgsql volatile
-- Definer: the staging tables belong to the owner.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform market._check_is_staged('staged_news');
    perform pg_advisory_xact_lock(hashtextextended('market.ingest', 0));
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select s.staged_id, s.line, s.problem_column, s.problem, s.raw
    from pg_temp.staged_news as s
    where s.problem is not null;

    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select
        s.staged_id, s.line, fault.column_name, fault.reason,
        array_to_string(
            array[s.published_at, s.symbol, s.title, s.source, s.url, s.sentiment], ',', ''
        )
    from (
        select
            n.*, first_value(n.line) over same as first_line,
            row_number() over same as number
        from pg_temp.staged_news as n
        where n.problem is null
        window same as (
            partition by n.symbol, n.source, n.published_at, n.title order by n.staged_id
        )
    ) as s
    cross join lateral (values
        ('published_at', case
            when s.published_at is null then 'is empty'
            else market._time_fault(s.published_at)
        end),
        ('symbol', case
            when s.symbol is null then 'is empty'
            when not exists (select from market.instrument as i where i.symbol = s.symbol)
                then 'is no known symbol: ' || quote_literal(left(s.symbol, 40))
            when s.number > 1
                then format('and title are in line %s already', s.first_line)
        end),
        ('title', case
            when coalesce(btrim(s.title), '') = '' then 'is empty'
            when length(s.title) > 1000 then 'is longer than 1000 characters'
        end),
        ('source', case when length(s.source) > 100 then 'is longer than 100 characters' end),
        ('url', case
            when s.url !~ '^https?://[!-~]+$' or length(s.url) > 2000
                then 'is no address: ' || quote_literal(left(s.url, 40))
        end),
        ('sentiment', coalesce(
            market._number_fault(s.sentiment),
            case
                when s.sentiment::double precision not between -1 and 1
                    then 'is not between -1 and 1: ' || s.sentiment
            end
        ))
    ) as fault (column_name, reason)
    where fault.reason is not null;

    -- What has no fault so far is compared with what is stored.
    insert into pg_temp.staged_fault (staged_id, line, column_name, reason, raw)
    select s.staged_id, s.line, fault.column_name, fault.reason, s.title
    from market._typed_news() as s
    inner join market.news as n
        on
            n.instrument_id = s.instrument_id and n.source = s.source
            and n.published_at = s.published_at and n.title = s.title
            and n.known_until = 'infinity'
    cross join lateral (values
        ('sentiment', n.sentiment is distinct from s.sentiment, n.sentiment::text),
        ('url', n.url is distinct from s.url, n.url)
    ) as told (column_name, differs, stored)
    cross join lateral (
        select told.column_name, format(
            'differs from what is stored: %s', coalesce(told.stored, 'nothing')
        ) as reason
    ) as fault
    where told.differs and not correct;
    return (select count(*) from pg_temp.staged_fault);
end
$$;
comment on function market.check_staged_news(boolean) is
'Finds the faults of the staged news, into pg_temp.staged_fault; how many.';

create or replace function market._typed_news()
returns table (
    staged_id integer, line integer, instrument_id integer, source text, title text,
    url text, published_at timestamptz, sentiment double precision
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select
        s.staged_id, s.line, i.instrument_id, coalesce(s.source, 'unknown'), s.title,
        s.url, market._staged_time(s.published_at), s.sentiment::double precision
    from pg_temp.staged_news as s
    inner join market.instrument as i on i.symbol = s.symbol
    where not exists (
        select from pg_temp.staged_fault as f where f.staged_id = s.staged_id
    )
    order by s.staged_id;
end
$$;
comment on function market._typed_news()
    is 'The staged news without a fault, as they are stored.';

create or replace function market.load_staged_news(correct boolean default false)
returns table (inserted bigint, unchanged bigint, corrected bigint)
language plpgsql volatile
-- Definer: the only way by which a login other than the owner stores news.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted bigint;
    moment constant timestamptz := clock_timestamp();
begin
    perform market._check_is_staged('staged_news');
    select count(*) into wanted from market._typed_news();
    corrected := 0;
    if correct then
        with ended as (
            update market.news as n set known_until = greatest(moment, n.known_at
                + interval '1 microsecond')
            from market._typed_news() as s
            where
                n.instrument_id = s.instrument_id and n.source = s.source
                and n.published_at = s.published_at and n.title = s.title
                and n.known_until = 'infinity'
                and (n.sentiment, n.url) is distinct from (s.sentiment, s.url)
            returning s.staged_id, n.known_until
        )

        insert into market.news (
            instrument_id, source, title, url, published_at, known_at, sentiment
        )
        select
            s.instrument_id, s.source, s.title, s.url, s.published_at,
            ended.known_until, s.sentiment
        from ended inner join market._typed_news() as s using (staged_id);
        get diagnostics corrected = row_count;
    end if;

    insert into market.news (
        instrument_id, source, title, url, published_at, known_at, sentiment
    )
    select
        s.instrument_id, s.source, s.title, s.url, s.published_at, s.published_at,
        s.sentiment
    from market._typed_news() as s
    where not exists (
        select from market.news as n
        where n.instrument_id = s.instrument_id and n.source = s.source
        and n.published_at = s.published_at and n.title = s.title
    );
    get diagnostics inserted = row_count;
    unchanged := wanted - inserted - corrected;
    return next;
end
$$;
comment on function market.load_staged_news(boolean) is
'Stores the checked news that are new, and with correct those that differ.';

-- What may be shown to agents: whole words of others, without marks that move what
-- stands around them, and not too long.
-- Example: market.news_known(1, '2018-02-02', '3 days', 5)
create or replace function market.news_known(
    instrument_id integer, as_of timestamptz, within interval, most integer
)
returns table (
    title text, source text, published_at timestamptz, sentiment double precision
)
language sql stable rows 5
set search_path = pg_catalog, pg_temp
as $$
    select
        left(regexp_replace(n.title, '[[:cntrl:]]+', ' ', 'g'), 300), n.source,
        n.published_at, n.sentiment
    from market.news as n
    where
        n.instrument_id = news_known.instrument_id
        and n.known_at <= news_known.as_of and n.known_until > news_known.as_of
        and n.published_at > news_known.as_of - news_known.within
    order by n.published_at desc, n.news_id
    limit news_known.most
$$;
comment on function market.news_known(integer, timestamptz, interval, integer) is
'The latest news about an instrument that were known at a time, newest first.';

revoke all on function
market.check_staged_news(boolean), market.load_staged_news(boolean),
market._typed_news(), market.news_known(integer, timestamptz, interval, integer)
from public;
grant execute on function
market.check_staged_news(boolean), market.load_staged_news(boolean)
to bellwether_worker;
