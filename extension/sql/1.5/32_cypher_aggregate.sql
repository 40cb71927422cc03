-- cypher: the aggregates of the language; nulls do not count

create function cypher_gather(internal, cypher_value) returns internal
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_gather_percentile(internal, cypher_value, cypher_value)
    returns internal
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_collect_final(internal) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_percentile_cont_final(internal) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_percentile_disc_final(internal) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_total(internal, cypher_value) returns internal
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_sum_final(internal) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_avg_final(internal) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_stdev_final(internal) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_stdevp_final(internal) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;
create function cypher_smaller(cypher_value, cypher_value) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
create function cypher_larger(cypher_value, cypher_value) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create aggregate cypher_collect(cypher_value)
    (sfunc = cypher_gather, stype = internal, finalfunc = cypher_collect_final);
create aggregate cypher_sum(cypher_value)
    (sfunc = cypher_total, stype = internal, finalfunc = cypher_sum_final);
create aggregate cypher_avg(cypher_value)
    (sfunc = cypher_total, stype = internal, finalfunc = cypher_avg_final);
create aggregate cypher_stdev(cypher_value)
    (sfunc = cypher_total, stype = internal, finalfunc = cypher_stdev_final);
create aggregate cypher_stdevp(cypher_value)
    (sfunc = cypher_total, stype = internal, finalfunc = cypher_stdevp_final);
create aggregate cypher_min(cypher_value)
    (sfunc = cypher_smaller, stype = cypher_value, sortop = <);
create aggregate cypher_max(cypher_value)
    (sfunc = cypher_larger, stype = cypher_value, sortop = >);
create aggregate cypher_percentile_cont(cypher_value, cypher_value)
    (sfunc = cypher_gather_percentile, stype = internal,
    finalfunc = cypher_percentile_cont_final);
create aggregate cypher_percentile_disc(cypher_value, cypher_value)
    (sfunc = cypher_gather_percentile, stype = internal,
    finalfunc = cypher_percentile_disc_final);

comment on aggregate cypher_collect(cypher_value) is 'collect: the values as a list.';
comment on aggregate cypher_sum(cypher_value) is 'sum of numbers or durations; 0 of none.';
comment on aggregate cypher_avg(cypher_value) is 'avg of numbers or durations; null of none.';
comment on aggregate cypher_stdev(cypher_value) is 'stDev: standard deviation of a sample.';
comment on aggregate cypher_stdevp(cypher_value) is 'stDevP: standard deviation of a population.';
comment on aggregate cypher_min(cypher_value) is 'min by the total order.';
comment on aggregate cypher_max(cypher_value) is 'max by the total order.';
comment on aggregate cypher_percentile_cont(cypher_value, cypher_value) is
    'percentileCont: interpolated between the two nearest numbers.';
comment on aggregate cypher_percentile_disc(cypher_value, cypher_value) is
    'percentileDisc: the nearest number.';

do $$
declare
    description record;
begin
    for description in
        select * from (values
            ('cypher_gather(internal, cypher_value)', 'Transition of cypher_collect.'),
            ('cypher_gather_percentile(internal, cypher_value, cypher_value)', 'Transition of the percentiles.'),
            ('cypher_collect_final(internal)', 'End of cypher_collect.'),
            ('cypher_percentile_cont_final(internal)', 'End of cypher_percentile_cont.'),
            ('cypher_percentile_disc_final(internal)', 'End of cypher_percentile_disc.'),
            ('cypher_total(internal, cypher_value)', 'Transition of sums, averages and deviations.'),
            ('cypher_sum_final(internal)', 'End of cypher_sum.'),
            ('cypher_avg_final(internal)', 'End of cypher_avg.'),
            ('cypher_stdev_final(internal)', 'End of cypher_stdev.'),
            ('cypher_stdevp_final(internal)', 'End of cypher_stdevp.'),
            ('cypher_smaller(cypher_value, cypher_value)', 'The one that comes first in the total order.'),
            ('cypher_larger(cypher_value, cypher_value)', 'The one that comes last in the total order.')
        ) as t(name, meaning)
    loop
        execute format('comment on function %s is %L', description.name,
            description.meaning);
    end loop;
end
$$;
