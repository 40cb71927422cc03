// Graph: what is around any thing of the desk, one step further with each click.

/* global d3 */
import { get, address } from '/api.js';
import { el, panel, table, facts, count, quoted } from '/ui.js';

export const title = 'Graph';

// Okabe and Ito's eight; a label beside each node says the same in words.
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#999999',
  '#f0e442'];
const known = new Map();

function colourOf(label) {
  if (!known.has(label)) known.set(label, colours[known.size % colours.length]);
  return known.get(label);
}

const shortName = (key) => key.slice(key.indexOf(':') + 1);
/** A number alone says nothing: its kind goes with it; what an agent did is named after its cycle. */
function naming(node) {
  const name = shortName(node.key);
  if (/^[0-9.]+$/.test(name)) return `${node.labels[0].replace('IndicatorSnapshot', 'Snapshot')} ${name}`;
  return node.labels[0] === 'AgentAction' ? name.replace(/^(\d+)\.([A-Za-z]+)/, '$2 of cycle $1') : name;
}
const link = (node) => `#graph?${new URLSearchParams({ label: node.labels[0], key: node.key })}`;

/** What was fetched so far: nodes by key, edges by their ends and type. */
class Web {
  nodes = new Map();
  edges = new Map();
  isCut = false;

  async grow(label, key, hops) {
    const answer = await get('/api/graph/neighbourhood', { label, key, hops });
    if (answer === null) return false;
    for (const node of answer.nodes || []) {
      const before = this.nodes.get(node.key);
      this.nodes.set(node.key, before ?? { ...node, isOpen: false });
    }
    for (const edge of answer.edges) {
      this.edges.set(JSON.stringify([edge.source, edge.type, edge.target]), edge);
    }
    const centre = (answer.nodes || []).find((node) => node.distance === 0);
    if (centre) this.nodes.get(centre.key).isOpen = true;
    this.isCut = this.isCut || answer.truncated;
    return centre ?? false;
  }

  get types() {
    return [...new Set([...this.edges.values()].map((edge) => edge.type))].sort();
  }

  get kinds() {
    return [...new Set([...this.nodes.values()].map((node) => node.labels[0]))].sort();
  }

  /** Edges of the wanted types and the nodes of the wanted kinds that they reach from the centre. */
  shown(hidden, centre) {
    const isHidden = (key) => key !== centre && hidden.kinds.has(this.nodes.get(key)?.labels[0]);
    const edges = [...this.edges.values()].filter((edge) => !hidden.types.has(edge.type)
      && !isHidden(edge.source) && !isHidden(edge.target));
    const near = new Set([centre]);
    for (let before = -1; before !== near.size;) {
      before = near.size;
      for (const edge of edges) {
        if (near.has(edge.source)) near.add(edge.target);
        else if (near.has(edge.target)) near.add(edge.source);
      }
    }
    return {
      nodes: [...near].map((key) => this.nodes.get(key)).filter(Boolean),
      edges: edges.filter((edge) => near.has(edge.source) && near.has(edge.target)),
    };
  }
}

function draw(place, shown, centre, choose) {
  const box = place.getBoundingClientRect();
  const [width, height] = [Math.max(box.width, 280), Math.max(box.height, 240)];
  place.replaceChildren();
  const svg = d3.select(place).append('svg').attr('viewBox', `0 0 ${width} ${height}`)
    .attr('role', 'group').attr('aria-label', `Neighbourhood of ${shortName(centre)}`);
  const places = new Map(shown.nodes.map((node, at) => [node.key, at]));
  const nodes = shown.nodes.map((node, at) => ({
    node, x: width / 2 + 90 * Math.cos(at), y: height / 2 + 90 * Math.sin(at) }));
  nodes[places.get(centre)].fixed = true;
  nodes[places.get(centre)].x = nodes[places.get(centre)].px = width / 2;
  nodes[places.get(centre)].y = nodes[places.get(centre)].py = height / 2;
  const links = shown.edges.map((edge) => ({
    source: places.get(edge.source), target: places.get(edge.target), edge }));
  const layout = d3.layout.force().nodes(nodes).links(links).size([width, height])
    .linkDistance(nodes.length > 60 ? 60 : 95).charge(nodes.length > 60 ? -220 : -900).start();
  for (let step = 0; step < 200; step += 1) layout.tick();
  layout.stop();
  // The picture is wider than high: names need the room.
  const stretch = Math.max(1, 0.85 * width / height);
  for (const one of nodes) {
    one.x = width / 2 + (one.x - width / 2) * stretch;
    one.x = Math.min(width - 50, Math.max(50, one.x));
    one.y = Math.min(height - 20, Math.max(16, one.y));
  }
  svg.append('g').selectAll('line').data(links).enter().append('line')
    .attr('class', 'edge').attr('x1', (l) => l.source.x).attr('y1', (l) => l.source.y)
    .attr('x2', (l) => l.target.x).attr('y2', (l) => l.target.y)
    .append('title').text((l) => `${shortName(l.edge.source)} ${l.edge.type} ${
      shortName(l.edge.target)} ${JSON.stringify(l.edge.properties)}`);
  if (links.length <= 16) {
    svg.append('g').selectAll('text').data(links).enter().append('text').attr('class', 'edge-name')
      .attr('x', (l) => (l.source.x + l.target.x) / 2).attr('y', (l) => (l.source.y + l.target.y) / 2)
      .text((l) => l.edge.type);
  }
  const dots = svg.append('g').selectAll('g').data(nodes).enter().append('g')
    .attr('class', 'node').attr('tabindex', '0').attr('role', 'button')
    .attr('aria-label', (n) => `${n.node.labels[0]} ${shortName(n.node.key)}, show what is around it`)
    .attr('transform', (n) => `translate(${n.x},${n.y})`)
    .on('click', (n) => choose(n.node))
    .on('keydown', (n) => {
      if (d3.event.key === 'Enter' || d3.event.key === ' ') {
        d3.event.preventDefault();
        choose(n.node);
      }
    });
  dots.append('circle').attr('r', (n) => n.node.key === centre ? 11 : 8)
    .attr('fill', (n) => colourOf(n.node.labels[0]))
    .attr('class', (n) => n.node.isOpen ? 'open' : '');
  dots.append('text').attr('y', -13).attr('text-anchor', 'middle').text((n) => n.node.key === centre ? naming(n.node)
      // What is named after the centre need not say so.
      : naming(n.node).replace(`.${shortName(centre)}`, ''));
  dots.append('title').text((n) => `${n.node.labels.join(', ')}\n${n.node.key}\n${
    JSON.stringify(n.node.properties, null, 1)}`);
}

const properties = (node) => Object.entries(node.properties).map(([name, value]) =>
  `${name} ${value !== null && typeof value === 'object' ? JSON.stringify(value) : value}`).join(', ');

function finder(parameters, labels) {
  const form = el('form', { class: 'row', onsubmit: (event) => {
    event.preventDefault();
    location.hash = `#graph?${new URLSearchParams(new FormData(form))}`;
  } }, el('label', {}, 'Kind', el('select', { name: 'label' }, labels.map((name) =>
    el('option', { value: name, selected: name === parameters.get('label') }, name)))),
  el('label', {}, 'Named', el('input', { name: 'search', type: 'search', placeholder: 'any',
    value: parameters.get('search') ?? '' })),
  el('button', { class: 'main' }, 'Find'));
  return form;
}

const labels = ['Instrument', 'Strategy', 'Config', 'Indicator', 'Backtest', 'Trade', 'Position',
  'Regime', 'IndicatorSnapshot', 'AgentAction', 'AICall', 'TaskType', 'Member', 'Doc', 'Section',
  'CodeSnippet', 'NewsItem', 'SentimentSnapshot'];

async function showNodes(main, parameters) {
  const wanted = { label: parameters.get('label') || 'Instrument',
    search: parameters.get('search') || null, most: 100 };
  const list = panel('Where to begin', {
    sql: () => `select * from api.graph_nodes(${quoted(wanted.label)}, ${
      wanted.search ? quoted(wanted.search) : 'null'});`,
    path: () => address('/api/graph/nodes', wanted),
  }, async () => table([
    ['Name', (node) => el('a', { href: link(node) }, naming(node))],
    ['Kind', (node) => node.labels.join(', ')],
    ['Edges', (node) => count(node.degree), 'number'],
  ], await get('/api/graph/nodes', wanted),
  'None of this kind: the graph grows with trades, strategies, backtests and agents. '
  + 'bellwether graph rebuild makes it anew from the rows.'), true);
  main.replaceChildren(el('section', { class: 'wide bare', 'aria-label': 'Find' },
    finder(parameters, labels)), list);
  await list.refresh();
}

export async function show(main, parameters) {
  const key = parameters.get('key');
  if (!key) {
    await showNodes(main, parameters);
    return null;
  }
  const label = parameters.get('label');
  const web = new Web();
  const hidden = { types: new Set(), kinds: new Set() };
  let centre = key;
  const place = el('div', { class: 'chart tall graph' });
  const filters = el('div', {});
  const detail = el('div', { 'aria-live': 'polite' });

  /** A box for each name, drawn anew when something is fetched; the focus stays where it was. */
  function boxes(legend, names, off, more = () => null) {
    return el('fieldset', {}, el('legend', {}, legend), names.map((name) => el('label', {},
      el('input', { type: 'checkbox', name, checked: !off.has(name), onchange: (event) => {
        if (event.target.checked) off.delete(name); else off.add(name);
        redraw();
        filters.querySelector(`input[name="${name}"]`)?.focus();
      } }), more(name), name)));
  }

  function redraw() {
    const shown = web.shown(hidden, centre);
    filters.replaceChildren(boxes('Edges', web.types, hidden.types),
      boxes('Kinds', web.kinds, hidden.kinds, (name) => el('span', { class: 'swatch dot',
        style: `--of: ${colourOf(name)}` })));
    draw(place, shown, centre, async (node) => {
      if (!node.isOpen) await web.grow(node.labels[0], node.key, 1);
      redraw();
      tell(node);
    });
    tell(web.nodes.get(centre));
  }

  function tell(node) {
    const around = [...web.edges.values()].filter((edge) =>
      !hidden.types.has(edge.type) && (edge.source === node.key || edge.target === node.key));
    detail.replaceChildren(
      el('h3', {}, `${node.labels.join(', ')} ${shortName(node.key)} `,
        el('a', { href: link(node) }, 'begin here')),
      Object.keys(node.properties).length ? facts(Object.entries(node.properties).map(([name, value]) =>
        [name, value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value)])) : '',
      table([
        ['Edge', (edge) => edge.source === node.key ? `${edge.type} →` : `← ${edge.type}`],
        ['Other end', (edge) => {
          const other = web.nodes.get(edge.source === node.key ? edge.target : edge.source);
          return el('a', { href: link(other) }, naming(other));
        }],
        ['What is known of it', (edge) => properties(edge), 'text'],
      ], around, 'Nothing is around it.'),
      web.isCut ? el('p', { class: 'warn' }, 'Only the nearest 500 are shown.') : '');
  }

  const picture = panel(`Around ${shortName(key)}`, {
    sql: () => `select api.neighbourhood(${quoted(label)}, ${quoted(key)}, 1);`,
    path: () => address('/api/graph/neighbourhood', { label, key, hops: 1 }),
  }, async () => {
    const found = await web.grow(label, key, 1);
    if (!found) return el('p', { class: 'empty' }, `There is no ${label} ${key} in the graph.`);
    centre = found.key;
    requestAnimationFrame(redraw);
    return [filters, place, el('p', { class: 'faint' },
      'A click on a node, or Enter, fetches what is around it; a ring says that this was done. '
      + 'Edges and kinds can be hidden above.')];
  }, true);
  main.replaceChildren(el('section', { class: 'wide bare', 'aria-label': 'Find' },
    finder(parameters, labels)), picture,
  el('section', { class: 'wide', 'aria-label': 'Detail' }, detail));
  await picture.refresh();
  return null;
}
