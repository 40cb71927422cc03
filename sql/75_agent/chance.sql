-- Chance that can be repeated: numbers that follow from a seed, so that a choice made
-- by lot can be made again and explained.

-- Example: agent._uniform('x', 1) -> the same number in (0, 1) every time
create or replace function agent._uniform(seed text, n integer)
returns double precision
language sql immutable strict parallel safe
return (
    (pg_catalog.hashtextextended(seed, n) & 4503599627370495) + 0.5
) / 4503599627370496;
comment on function agent._uniform(text, integer)
    is 'The n-th number in (0, 1) of a seed.';

-- Marsaglia and Tsang, A simple method for generating gamma variables (2000).
create or replace function agent._gamma(shape double precision, seed text)
returns double precision
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    d constant double precision := greatest(shape, 1) - 1.0 / 3;
    c constant double precision := 1 / sqrt(9 * d);
    n integer := 0;
    x double precision;
    v double precision;
begin
    if shape < 1 then
        return agent._gamma(shape + 1, seed || '+')
        * agent._uniform(seed, 0) ^ (1 / shape);
    end if;
    loop
        x := sqrt(-2 * ln(agent._uniform(seed, n + 1)))
        * cos(2 * pi() * agent._uniform(seed, n + 2));
        v := (1 + c * x) ^ 3;
        exit when v > 0 and ln(agent._uniform(seed, n + 3))
        < 0.5 * x * x + d - d * v + d * ln(v);
        n := n + 3;
    end loop;
    return d * v;
end
$$;
comment on function agent._gamma(double precision, text)
    is 'A gamma variable of a seed, scale 1.';

create or replace function agent._beta(
    alpha double precision, beta double precision, seed text
)
returns double precision
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    a constant double precision := agent._gamma(alpha, seed || ' a');
    b constant double precision := agent._gamma(beta, seed || ' b');
begin
    return a / (a + b);
end
$$;
comment on function agent._beta(double precision, double precision, text)
    is 'A beta variable of a seed.';
