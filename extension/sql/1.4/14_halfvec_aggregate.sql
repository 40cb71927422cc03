-- halfvec: avg and sum

create function halfvec_accum(double precision[], halfvec) returns double precision[]
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_accum(double precision[], halfvec) is
    'Adds a halfvec to the state of avg: a count, then a sum for each dimension.';

create function halfvec_avg(double precision[]) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_avg(double precision[]) is 'Mean from the state of avg.';

create function halfvec_combine(double precision[], double precision[])
    returns double precision[]
    as 'MODULE_PATHNAME', 'vector_combine'
    language c immutable strict parallel safe;
comment on function halfvec_combine(double precision[], double precision[]) is
    'Adds two states of avg, from two parallel workers.';

create aggregate avg(halfvec) (
    sfunc = halfvec_accum, stype = double precision[], finalfunc = halfvec_avg,
    combinefunc = halfvec_combine, initcond = '{0}', parallel = safe
);
comment on aggregate avg(halfvec) is 'Mean of halfvecs of the same dimensions.';

create aggregate sum(halfvec) (
    sfunc = halfvec_add, stype = halfvec, combinefunc = halfvec_add, parallel = safe
);
comment on aggregate sum(halfvec) is 'Sum of halfvecs of the same dimensions.';
