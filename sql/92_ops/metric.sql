-- One metric as Prometheus text.

create or replace function ops.metric(name text, help text, type text, samples text[])
returns text
language sql immutable
return concat_ws(
    E'\n', '# HELP ' || name || ' ' || help, '# TYPE ' || name || ' ' || type,
    array_to_string(samples, E'\n')
);
comment on function ops.metric(text, text, text, text[]) is
'A metric with its samples, each `name{labels} value`, as Prometheus text.';
