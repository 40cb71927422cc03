-- What the desk wrote down, in Markdown: cut into sections at its headings, with the
-- code between fences, the instruments named as $AAPL, the indicators named as `rsi`.
--
-- Example: select section, heading, symbols from memory.split_document(
--     E'# Trend\nHold $AAPL above its `sma`.\n## Exit\nBelow.');
--     -- 1 | Trend | {AAPL}
--     -- 2 | Exit  | {}

create or replace function memory.split_document(body text)
returns table (
    section integer, depth integer, heading text, content text, symbols text[],
    indicators text[], snippets jsonb
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    lines constant text[] := regexp_split_to_array(split_document.body, E'\r?\n');
    line text;
    mark text[];
    fence text; -- what closes the code that is open
    code text[];
    language text;
    prose text := ''; -- without the code: what is named is named here
begin
    section := 0;
    depth := 0;
    heading := '';
    content := '';
    snippets := '[]';
    -- Behind the last line comes an end of all that is open.
    for place in 1 .. cardinality(lines) + 1 loop
        line := coalesce(lines[place], '# ');
        if fence is not null then
            if place <= cardinality(lines) then
                content := content || line || E'\n';
                if line !~ format('^ {0,3}%s+\s*$', fence) then
                    code := code || line;
                    continue;
                end if;
            end if;
            snippets := snippets || jsonb_build_object(
                'language', language, 'code', array_to_string(code, E'\n')
            );
            fence := null;
            continue when place <= cardinality(lines);
        end if;
        mark := regexp_match(line, '^ {0,3}(`{3,}|~{3,})\s*([^`\s]*)[^`]*$');
        if mark is not null then
            fence := mark[1];
            language := lower(mark[2]);
            code := '{}';
            content := content || line || E'\n';
            continue;
        end if;
        mark := regexp_match(line, '^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$');
        if mark is null then
            content := content || line || E'\n';
            prose := prose || line || E'\n';
            continue;
        end if;
        if section > 0 or btrim(content, E' \t\n') <> '' then
            content := btrim(content, E'\n');
            select coalesce(array_agg(i.symbol order by i.symbol collate "C"), '{}')
            into symbols
            from market.instrument as i
            where i.symbol in (
                select w.found[1] from regexp_matches(
                    heading || E'\n' || prose,
                    '(?:^|[^A-Za-z0-9$])\$([A-Z0-9^](?:[A-Z0-9.^=/_-]{0,30}[A-Z0-9])?)',
                    'g'
                ) as w (found)
            );
            select coalesce(
                array_agg(k.indicator order by k.indicator collate "C"), '{}'
            ) into indicators
            from strategy.indicator as k
            where k.indicator in (
                select w.found[1]
                from regexp_matches(prose, '`([a-z0-9_]+)`', 'g') as w (found)
            );
            return next;
        end if;
        section := section + 1;
        depth := length(mark[1]);
        heading := mark[2];
        content := '';
        prose := '';
        snippets := '[]';
    end loop;
end
$$;
comment on function memory.split_document(text) is
'A Markdown text by its headings, with the code between its fences, the instruments it '
'names as $AAPL and the indicators it names as `rsi`.';

create or replace function memory.save_document(
    title text, body text, strategy text default null
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    about bigint;
    known memory.document;
    saved bigint;
begin
    if (length(save_document.title) between 1 and 200) is not true
        or (length(save_document.body) between 1 and 1000000) is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a document has a title of 1 to 200 and a body of 1 to 1,000,000 '
            'characters';
    end if;
    if save_document.strategy is not null then
        select s.strategy_id into about from strategy.strategy as s
        where s.tenant_id = public.current_tenant() and s.name = save_document.strategy;
        if not found then
            perform ops.fail('BW340', format(
                'there is no strategy %s',
                quote_literal(left(save_document.strategy, 100))
            ));
        end if;
    end if;
    insert into memory.document (title, body, strategy_id)
    values (save_document.title, save_document.body, about)
    on conflict on constraint document_title_key do nothing
    returning document_id into saved;
    if saved is null then
        select d.* into strict known from memory.document as d
        where d.tenant_id = public.current_tenant() and d.title = save_document.title
        for update;
        saved := known.document_id;
        if known.strategy_id is distinct from coalesce(about, known.strategy_id) then
            update memory.document as d set strategy_id = about
            where d.tenant_id = known.tenant_id and d.document_id = saved;
        end if;
        if known.body = save_document.body then
            return saved;
        end if;
        update memory.document as d
        set
            body = save_document.body, saved_by = session_user,
            saved_at = clock_timestamp()
        where d.tenant_id = known.tenant_id and d.document_id = saved;
        delete from memory.section as c
        where c.tenant_id = known.tenant_id and c.document_id = saved;
    end if;
    insert into memory.section (
        document_id, section, depth, heading, body, symbols, indicators
    )
    select saved, p.section, p.depth, p.heading, p.content, p.symbols, p.indicators
    from memory.split_document(save_document.body) as p;
    insert into memory.snippet (document_id, section, snippet, language, code)
    select saved, p.section, c.place, c.row ->> 'language', c.row ->> 'code'
    from memory.split_document(save_document.body) as p
    cross join lateral
        jsonb_array_elements(p.snippets) with ordinality as c (row, place);
    return saved;
end
$$;
comment on function memory.save_document(text, text, text) is
'Keeps a Markdown document under its title, in place of what had it before; returns '
'its id. Without a strategy it stays with the one it had.';
