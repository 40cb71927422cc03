-- vector: avg and sum

create function vector_accum(double precision[], vector) returns double precision[]
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_accum(double precision[], vector) is
    'Adds a vector to the state of avg: a count, then a sum for each dimension.';

create function vector_avg(double precision[]) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_avg(double precision[]) is 'Mean from the state of avg.';

create function vector_combine(double precision[], double precision[]) returns double precision[]
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_combine(double precision[], double precision[]) is
    'Adds two states of avg, from two parallel workers.';

create aggregate avg(vector) (
    sfunc = vector_accum, stype = double precision[], finalfunc = vector_avg,
    combinefunc = vector_combine, initcond = '{0}', parallel = safe
);
comment on aggregate avg(vector) is 'Mean of vectors of the same dimensions.';

create aggregate sum(vector) (
    sfunc = vector_add, stype = vector, combinefunc = vector_add, parallel = safe
);
comment on aggregate sum(vector) is 'Sum of vectors of the same dimensions.';
