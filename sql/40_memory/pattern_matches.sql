-- Neighbours that were found, with what is known of them: what api.similar_patterns and
-- api.pattern_query tell.

create or replace function memory.pattern_matches(
    snapshot_id bigint,
    as_of timestamptz,
    horizon integer,
    neighbour_ids bigint [],
    similarities double precision []
)
returns setof memory.similar_pattern
-- Without a SET clause it becomes a part of the statement that calls it, whose plan
-- PL/pgSQL keeps.
language sql stable rows 50
begin atomic
    select
        n.rank::integer, s.snapshot_id, i.symbol, s.ts, n.similarity,
        pattern_matches.horizon, o.forward_return, o.max_gain, o.max_loss, o.known_at,
        coalesce(g.name, s.regime),
        market.feature_differences(asked.features, s.features)
    from unnest(pattern_matches.neighbour_ids, pattern_matches.similarities)
        with ordinality as n (neighbour_id, similarity, rank)
    inner join market.snapshot_known as asked
        on
            asked.snapshot_id = pattern_matches.snapshot_id
            and asked.known_at <= pattern_matches.as_of
            and asked.known_until > pattern_matches.as_of
    inner join market.snapshot_known as s
        on
            n.neighbour_id = s.snapshot_id and s.known_at <= pattern_matches.as_of
            and s.known_until > pattern_matches.as_of
    inner join market.instrument as i on s.instrument_id = i.instrument_id
    left join market.outcome_known as o
        on
            s.snapshot_id = o.snapshot_id
            and o.horizon = pattern_matches.horizon
            and o.known_at <= pattern_matches.as_of
            and o.known_until > pattern_matches.as_of
    left join market.snapshot_regime as r
        on s.snapshot_id = r.snapshot_id and r.known_at <= pattern_matches.as_of
    left join market.regime as g on r.model_id = g.model_id and r.regime = g.regime
    order by n.rank;
end;
comment on function memory.pattern_matches(
    bigint, timestamptz, integer, bigint[], double precision[]
) is 'Neighbours of a snapshot with their outcomes, regimes and differences, in their order.';
