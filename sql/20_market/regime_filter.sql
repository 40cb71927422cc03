-- From how well each bar fits each regime to what to believe: the forward filter of a
-- hidden Markov chain (Hamilton 1989).

-- One step of the forward filter of a hidden Markov chain: what was believed moves by
-- the transitions, and is weighed by how well the new bar fits each regime. Without a
-- belief (the first bar) the fit counts alone. A chain cannot be computed all at once.
create or replace function market._regime_filter_step(
    belief double precision [], fit double precision [], transitions double precision []
)
returns double precision []
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    k constant integer := cardinality(fit);
    now_is double precision[] := fit;
    moved double precision;
    total double precision := 0;
begin
    for j in 1..k loop
        if belief is not null then
            moved := 0;
            for i in 1..k loop
                moved := moved + belief[i] * transitions[(i - 1) * k + j];
            end loop;
            now_is[j] := now_is[j] * moved;
        end if;
        total := total + now_is[j];
    end loop;
    for j in 1..k loop
        now_is[j] := now_is[j] / total;
    end loop;
    return now_is;
end
$$;
comment on function market._regime_filter_step(
    double precision[], double precision[], double precision[]
) is 'One step of the forward filter of a hidden Markov chain.';
create or replace aggregate market._regime_filter(
    fit double precision [], transitions double precision []
) (sfunc = market._regime_filter_step, stype = double precision []);
comment on aggregate market._regime_filter(double precision[], double precision[]) is 'The chance of each regime, from the bars so far; for windows.';

-- How well a snapshot fits each regime of a model. Distances are bounded below what a
-- float can hold, and none fits with 0: the chain must stay able to leave.
create or replace function market._regime_fit(
    point vector, centres vector [], shares double precision [], variance double precision
)
returns double precision []
language sql immutable parallel safe
return array(
    select
        greatest(c.share, 1e-6) * exp(-least(
            (point operator(public.<->) c.centre) ^ 2 / (2 * variance), 300
        ))
    from unnest(centres, shares) with ordinality as c (centre, share, place)
    order by c.place
);
comment on function market._regime_fit(vector, vector[], double precision[], double precision) is
'Share times Gaussian density, without its constant, for each regime.';
