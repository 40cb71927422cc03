// Colours behind the bars of a chart, as a primitive of Lightweight Charts: whole stretches without
// the gaps that columns have.

/** Bars one after the other in the same colour are one stretch: [{ from, to, colour }] by number. */
export function stretches(days, bands) {
  const colours = new Map(bands.map((band) => [band.day, band.colour]));
  const found = [];
  days.forEach((day, at) => {
    const colour = colours.get(day);
    const last = found[found.length - 1];
    if (!colour) return;
    if (last && last.to === at - 1 && last.colour === colour) last.to = at;
    else found.push({ from: at, to: at, colour });
  });
  return found;
}

/** What series.attachPrimitive takes. */
export function background(days, bands) {
  const all = stretches(days, bands);
  let chart = null;
  const draw = (target) => target.useBitmapCoordinateSpace(({ context, bitmapSize, horizontalPixelRatio }) => {
    const scale = chart.timeScale();
    const half = scale.options().barSpacing / 2;
    for (const { from, to, colour } of all) {
      const [left, right] = [scale.logicalToCoordinate(from) - half, scale.logicalToCoordinate(to) + half]
        .map((x) => Math.round(x * horizontalPixelRatio));
      if (right < 0 || left > bitmapSize.width) continue;
      context.fillStyle = colour;
      context.fillRect(left, 0, right - left, bitmapSize.height);
    }
  });
  const view = { zOrder: () => 'bottom', renderer: () => ({ draw }) };
  return {
    attached: (to) => { chart = to.chart; },
    updateAllViews: () => {},
    paneViews: () => [view],
  };
}
