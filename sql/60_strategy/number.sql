-- Arithmetic of conditions that has no answer for some numbers: null there, so that one
-- bar never stops a whole run. Called by compiled strategies.

create or replace function strategy.quotient(a double precision, b double precision)
returns double precision
language sql immutable strict parallel safe
return a / nullif(b, 0);
comment on function strategy.quotient(double precision, double precision) is
'a / b; null where b is 0.';

create or replace function strategy.root(x double precision)
returns double precision
language sql immutable strict parallel safe
return case when x >= 0 then sqrt(x) end;
comment on function strategy.root(double precision) is
'Square root; null below 0.';

create or replace function strategy.logarithm(x double precision)
returns double precision
language sql immutable strict parallel safe
return case when x > 0 then ln(x) end;
comment on function strategy.logarithm(double precision) is
'Natural logarithm; null unless above 0.';

create or replace function strategy.lesser(a double precision, b double precision)
returns double precision
language sql immutable strict parallel safe
return least(a, b);
comment on function strategy.lesser(double precision, double precision) is
'The lesser of two; null if one is missing.';

create or replace function strategy.greater(a double precision, b double precision)
returns double precision
language sql immutable strict parallel safe
return greatest(a, b);
comment on function strategy.greater(double precision, double precision) is
'The greater of two; null if one is missing.';
