-- Embedding models and the tables of their embeddings.
-- Example: select (memory.register_model('all-MiniLM-L6-v2', 384, 'mean')).table_name
--          -> embedding_all_minilm_l6_v2

create or replace function memory.register_model(
    name text, dimensions integer, pooling text
)
returns memory.model
language plpgsql
-- As owner: it makes a table.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    registered memory.model;
    new_table constant text := 'embedding_' || trim(
        both '_' from regexp_replace(lower(register_model.name), '[^a-z0-9]+', '_', 'g')
    );
begin
    -- Two workers that start together register the same model.
    perform pg_advisory_xact_lock(hashtext('memory.model'));
    select * into registered from memory.model as m where m.name = register_model.name;
    if found then
        if (registered.dimensions, registered.pooling)
            is distinct from (register_model.dimensions, register_model.pooling)
        then
            perform ops.fail('BW322', format(
                'model %s has %s dimensions and %s pooling',
                registered.name, registered.dimensions, registered.pooling
            ));
        end if;
        return registered;
    end if;

    insert into memory.model (name, dimensions, pooling, table_name)
    values (register_model.name, register_model.dimensions, register_model.pooling, new_table)
    returning * into registered;

    execute format(
        $ddl$
        create table memory.%1$I (
            tenant_id integer not null,
            source text not null,
            source_id bigint not null,
            content_hash bytea not null,
            embedding public.vector(%2$L) not null,
            created_at timestamptz not null default clock_timestamp(),
            constraint %3$I primary key (tenant_id, source, source_id)
        )
        $ddl$,
        new_table, register_model.dimensions, new_table || '_pkey'
    );
    execute format(
        'comment on table memory.%I is %L', new_table,
        'Embeddings by ' || register_model.name || '; tenant 0''s may be read by all.'
    );
    execute format('alter table memory.%I enable row level security', new_table);
    execute format('alter table memory.%I force row level security', new_table);
    execute format(
        'create policy tenant_isolation on memory.%I using (tenant_id = public.current_tenant()) '
        'with check (tenant_id = public.current_tenant())', new_table
    );
    execute format(
        'create policy shared_is_readable on memory.%I for select using (tenant_id = 0)', new_table
    );
    execute format(
        'grant select on memory.%I to bellwether_worker, bellwether_gateway', new_table
    );
    perform memory.keep_texts_packed(new_table);
    return registered;
end
$$;
comment on function memory.register_model(text, integer, text) is
'Makes an embedding model known, with its own table; the same again changes nothing.';

create or replace function memory.model_named(name text)
returns memory.model
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    registered memory.model;
begin
    select * into registered from memory.model as m where m.name = model_named.name;
    if not found then
        perform ops.fail('BW321', format(
            'there is no embedding model %s', coalesce(quote_literal(model_named.name), 'null')
        ));
    end if;
    return registered;
end
$$;
comment on function memory.model_named(text) is 'The registered model of that name, or BW321.';

-- The two that a worker brings: from the wheel, and from a folder when it is there.
do $$
begin
    perform memory.register_model('all-MiniLM-L6-v2', 384, 'mean');
    perform memory.register_model('bge-small-en-v1.5', 384, 'cls');
end
$$;
