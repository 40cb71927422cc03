-- What the demo must end in, without ids and clock times: one line a table.
set bellwether.tenant = 1;
select 'bars', count(*), md5(string_agg(b::text, '' order by b.instrument_id, b.ts))
from market.bar as b;
select 'snapshots', count(*), md5(string_agg(
    concat(s.instrument_id, s.ts, s.known_at, s.features, s.text_form, s.regime), ''
    order by s.instrument_id, s.bar_interval, s.ts
))
from market.snapshot as s;
select 'outcomes', count(*), md5(string_agg(
    concat(s.instrument_id, s.ts, o.horizon, o.forward_return, o.max_gain, o.max_loss, o.known_at),
    '' order by s.instrument_id, s.bar_interval, s.ts, o.horizon
))
from market.outcome as o
inner join market.snapshot as s using (snapshot_id);
select 'conditions', count(*), md5(string_agg(
    concat(c.ts, c.known_at, c.features, c.text_form), '' order by c.bar_interval, c.ts
))
from market.condition as c;
select 'regimes', count(*), md5(string_agg(
    concat(s.instrument_id, s.ts, r.name, round(k.probability::numeric, 9), k.known_at), ''
    order by s.instrument_id, s.bar_interval, s.ts
))
from market.snapshot_regime as k
inner join market.regime as r on k.model_id = r.model_id and k.regime = r.regime
inner join market.snapshot as s on k.snapshot_id = s.snapshot_id;
select 'embeddings', count(*), md5(string_agg(
    concat(s.instrument_id, s.ts, e.content_hash), '' order by s.instrument_id, s.ts
))
from memory.embedding_all_minilm_l6_v2 as e
inner join market.snapshot as s on e.source_id = s.snapshot_id and e.source = 'snapshot';
select 'steps', count(*), md5(string_agg(
    concat(c.as_of, p.step, p.symbol, p.verdict, p.reason), ''
    order by c.as_of, p.step, p.symbol
))
from agent.step as p
inner join agent.cycle as c on p.tenant_id = c.tenant_id and p.cycle_id = c.cycle_id;
select 'decisions', count(*), md5(string_agg(
    concat(d.as_of, d.symbol, d.action, d.side, d.quantity, d.reason), '' order by d.as_of, d.symbol
))
from agent.decision as d;
select 'orders', count(*), md5(string_agg(
    concat(o.symbol, o.side, o.quantity, o.status, o.reason_code, o.placed_at), ''
    order by o.placed_at, o.symbol, o.side, o.quantity
))
from trade.orders as o;
select 'fills', count(*), md5(string_agg(
    concat(f.filled_at, o.symbol, o.side, f.quantity, f.price, f.fee), ''
    order by f.filled_at, o.symbol
))
from trade.fill as f
inner join trade.orders as o on f.tenant_id = o.tenant_id and f.order_id = o.order_id;
select 'ledger', count(*), sum(e.amount) from trade.ledger_entry as e;
select 'jobs waiting', count(*) from work.job;
select 'dead', count(*) from work.dead;
