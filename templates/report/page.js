'use strict';
(() => {
  const report = JSON.parse(document.getElementById('content').textContent);
  const element = (id) => document.getElementById(id);

  // Tables come by columns: each value in turn, or places in a list of different ones, or one for all.
  const reader = ({ each, of, at }) => (row) => each ? each[row] : of[at ? at[row] : 0];
  const read = (size, make) => Array.from({ length: size }, (_, row) => make(row));

  // Every configuration with what it needs to be drawn, filtered and told. Charts keep copies of their data, so that
  // they hold the place in this list.
  const points = report.groups.flatMap((group) => {
    const [place, front] = [reader(group.number), reader(group.front)];
    const [settings, values] = [group.settings.map(reader), group.values.map(reader)];
    return read(group.size, (row) => ({
      family: group.family,
      front: front(row),
      name: `${group.family}_${place(row)}`,
      settings: new Map(group.parameters.map((name, at) => [name, settings[at](row)])),
      values: values.map((value) => value(row)),
    }));
  });
  points.forEach((point, place) => { point.place = place; });
  // Parameters that are the same everywhere say nothing; the YAML has them all.
  const seen = new Map();
  for (const point of points) {
    for (const [name, value] of point.settings) seen.set(name, (seen.get(name) || new Set()).add(value));
  }
  const varying = [...seen.keys()].filter((name) => seen.get(name).size > 1);
  const told = (point) => varying.filter((name) => point.settings.has(name)).map((name) => [name, point.settings.get(name)]);
  const families = [...new Set(points.map((point) => point.family))].sort();
  const palette = ['#2456a6', '#c2452d', '#2e8540', '#8a4fa3', '#b8860b', '#0e8a8a', '#a63d6b', '#5b6b2f', '#7a5230',
    '#4a5fc1', '#66707c', '#d07f1e', '#e377c2'];
  const compared = report.comparisons.flatMap((comparison) => comparison.pairs.map((pair) => pair.family));
  const colour = new Map([...new Set([...families, ...compared])].sort().map((family, at) => [family, palette[at % palette.length]]));

  // A name may end in the unit, as columns of a table do.
  const label = ({ name, unit }) => {
    const ending = `_${unit.toLowerCase().replace('/', '_per_')}`;
    const short = (unit && name.endsWith(ending) ? name.slice(0, -ending.length) : name).replaceAll('_', ' ');
    return unit ? `${short} (${unit})` : short;
  };
  const number = (value) => {
    if (typeof value !== 'number') return value === null ? 'not known' : String(value);
    const size = Math.abs(value);
    if (size >= 1e6 || (size > 0 && size < 1e-3)) return Number(value.toPrecision(4)).toExponential().replace('e+', 'e');
    return String(size < 1e3 ? Number(value.toPrecision(4)) : Math.round(value));
  };
  // A call does not take as many arguments as there may be points.
  const least = (values) => values.reduce((one, other) => Math.min(one, other), Infinity);
  const largest = (values) => values.reduce((one, other) => Math.max(one, other), -Infinity);
  const compare = (a, b) => typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
  const escaped = (text) => String(text).replace(/[&<>"]/g,
    (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]);
  const make = (tag, attributes = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), attributes);
    node.append(...children);
    return node;
  };

  /* What is chosen. */

  const state = { x: report.axes[0], y: report.axes[1], logarithmic: true, frontOnly: false, families: new Set(families), excluded: new Map(),
    ranges: new Map(), chosen: null, order: { column: null, falling: false } };

  const passes = (point) => {
    if (state.frontOnly && !point.front) return false;
    if (!state.families.has(point.family)) return false;
    for (const [name, values] of state.excluded) {
      if (values.size && point.settings.has(name) && values.has(String(point.settings.get(name)))) return false;
    }
    for (const [name, [low, high]] of state.ranges) {
      const value = point.settings.get(name);
      if (value !== undefined && (value < low || value > high)) return false;
    }
    return true;
  };

  /* The chart of all configurations. */

  // A logarithmic axis over less than this has too few marks.
  const leastSpread = 20;

  const isLogarithmic = (drawn, at) => {
    const values = drawn.map((point) => point.values[at]);
    return state.logarithmic && least(values) > 0 && largest(values) > leastSpread * least(values);
  };

  const shownAxis = (drawn, at) => ({
    type: isLogarithmic(drawn, at) ? 'log' : 'value',
    name: label(report.quantities[at]),
    nameLocation: 'middle',
    scale: true,
    axisLabel: { formatter: number, hideOverlap: true },
    minorTick: { show: true },
    splitLine: { lineStyle: { color: '#e6e9ed' } },
  });

  const drawable = (point) => [state.x, state.y].every((at) => typeof point.values[at] === 'number');

  const tip = (point) => {
    const settings = told(point).map(([name, value]) => `${escaped(name)}: ${escaped(value)}`);
    const values = report.quantities.map((quantity, at) => `${escaped(label(quantity))}: ${number(point.values[at])}`);
    return `<b>${escaped(point.family)}</b>${point.front ? ', on the front' : ''}<br>${settings.join('<br>')}` +
      `<hr>${values.join('<br>')}`;
  };

  // The best of one quantity for each value of the other, among what is drawn.
  const staircase = (drawn) => {
    const [x, y] = [report.quantities[state.x].better, report.quantities[state.y].better];
    if (!x || !y || state.x === state.y) return [];
    const sign = (better) => better === 'low' ? 1 : -1;
    const sorted = drawn.map((point) => [point.values[state.x], point.values[state.y]])
      .sort((a, b) => sign(x) * (a[0] - b[0]) || sign(y) * (a[1] - b[1]));
    const steps = [];
    for (const pair of sorted) {
      if (!steps.length || sign(y) * (pair[1] - steps[steps.length - 1][1]) < 0) steps.push(pair);
    }
    return steps;
  };

  const charts = [];
  const start = (node) => {
    const chart = echarts.init(node, null, { renderer: 'canvas' });
    charts.push(chart);
    return chart;
  };
  // Points that are drawn piece by piece can be seen, but not pointed at, before the last piece is there.
  const scatter = { type: 'scatter', progressive: 0 };
  const saving = { feature: { dataZoom: {}, restore: {}, saveAsImage: { pixelRatio: 3 } }, right: 10 };
  let front = null;

  const drawFront = () => {
    const drawn = points.filter((point) => passes(point) && drawable(point));
    const series = families.flatMap((family) => [false, true].map((onFront) => ({
      name: family,
      ...scatter,
      symbolSize: onFront ? 9 : 5,
      itemStyle: { color: colour.get(family), opacity: onFront ? 0.95 : 0.3,
        borderColor: '#fff', borderWidth: onFront ? 1 : 0 },
      z: onFront ? 4 : 2,
      data: drawn.filter((point) => point.family === family && point.front === onFront)
        .map((point) => ({ value: [point.values[state.x], point.values[state.y]], place: point.place })),
    })));
    series.push({ name: 'best of both', type: 'line', step: 'end', symbol: 'none', silent: true, z: 3,
      lineStyle: { color: '#1b1f24', width: 1, type: 'dashed' }, data: staircase(drawn) });
    const chosen = state.chosen && drawable(state.chosen) && passes(state.chosen) ? [state.chosen] : [];
    series.push({ ...scatter, name: 'chosen', symbolSize: 16, silent: true, z: 5,
      itemStyle: { color: 'rgba(0,0,0,0)', borderColor: '#1b1f24', borderWidth: 2 },
      data: chosen.map((point) => [point.values[state.x], point.values[state.y]]) });
    front.setOption({
      animation: false,
      grid: { left: 80, right: 30, top: 50, bottom: 60 },
      legend: { top: 5, left: 10, right: 120, type: 'scroll', data: families, selectedMode: false },
      toolbox: saving,
      tooltip: { trigger: 'item', confine: true, formatter: (item) => item.data && 'place' in item.data ? tip(points[item.data.place]) : '' },
      xAxis: { ...shownAxis(drawn, state.x), nameGap: 32 },
      yAxis: { ...shownAxis(drawn, state.y), nameGap: 60 },
      dataZoom: [{ type: 'inside', xAxisIndex: 0, filterMode: 'none' }, { type: 'inside', yAxisIndex: 0, filterMode: 'none' }],
      series,
    }, { replaceMerge: ['series'] });
  };

  /* The configuration that was clicked. */

  const yaml = (point) => {
    const lines = [`name: ${point.name}`, 'architecture:', `  ${point.family}:${point.settings.size ? '' : ' {}'}`];
    for (const [name, value] of point.settings) lines.push(`    ${name}: ${value}`);
    return lines.join('\n') + '\n';
  };

  const yamlLink = (point) => {
    const link = make('a', { textContent: `${point.name}.yaml`, download: `${point.name}.yaml`, href: '#' });
    link.addEventListener('click', (event) => {
      event.stopPropagation();
      link.href = URL.createObjectURL(new Blob([yaml(point)], { type: 'application/yaml' }));
    });
    return link;
  };

  const choose = (point) => {
    state.chosen = point;
    const rows = report.quantities.map((quantity, at) => make('tr', {},
      make('td', { textContent: label(quantity) }), make('td', { textContent: number(point.values[at]) })));
    element('detail').replaceChildren(
      make('h3', { textContent: point.front ? `${point.family}, on the front` : point.family }),
      make('pre', { textContent: yaml(point) }), make('p', {}, yamlLink(point)), make('table', {}, make('tbody', {}, ...rows)));
    drawFront();
    drawTable();
  };

  /* Filters. */

  const axisChoice = (name, key) => {
    const select = make('select', { id: `choose-${key}` });
    report.quantities.forEach((quantity, at) => select.append(make('option', { value: at, textContent: label(quantity) })));
    select.value = state[key];
    select.addEventListener('change', () => { state[key] = Number(select.value); drawFront(); });
    return make('label', { textContent: name }, select);
  };

  const box = (text, checked, change) => {
    const input = make('input', { type: 'checkbox', checked });
    input.addEventListener('change', () => { change(input.checked); redraw(); });
    return make('label', {}, input, ` ${text}`);
  };

  // Few values are boxes, many numbers are a range.
  const mostBoxes = 24;

  const parameterFilter = (name, values) => {
    const details = make('details', {}, make('summary', { textContent: name }));
    if (values.length > mostBoxes && values.every((value) => typeof value === 'number')) {
      const bounds = [least(values), largest(values)];
      state.ranges.set(name, bounds);
      const inputs = bounds.map((bound, at) => {
        const input = make('input', { type: 'number', value: bound });
        input.addEventListener('change', () => { bounds[at] = Number(input.value); redraw(); });
        return input;
      });
      details.append(inputs[0], ' to ', inputs[1]);
      return details;
    }
    const excluded = new Set();
    state.excluded.set(name, excluded);
    const boxes = values.map((value) => box(String(value), true,
      (on) => on ? excluded.delete(String(value)) : excluded.add(String(value))));
    details.append(make('div', { className: 'values' }, ...boxes));
    return details;
  };

  const buildFilters = () => {
    const filters = element('filters');
    filters.append(axisChoice('Horizontal', 'x'), axisChoice('Vertical', 'y'),
      box('logarithmic', state.logarithmic, (on) => { state.logarithmic = on; }),
      box('the front only', state.frontOnly, (on) => { state.frontOnly = on; }));
    const choice = make('details', { open: true }, make('summary', { textContent: 'family' }));
    families.forEach((family) => choice.append(box(family, true,
      (on) => on ? state.families.add(family) : state.families.delete(family))));
    filters.append(choice);
    varying.forEach((name) => filters.append(parameterFilter(name, [...seen.get(name)].sort(compare))));
  };

  /* The table of the front. */

  const mostRows = 500;
  const columns = [
    { name: 'design', value: (point) => point.name },
    { name: 'parameters', value: (point) => told(point).map(([name, value]) => `${name}=${value}`).join(' ') },
    ...report.quantities.map((quantity, at) => ({ name: label(quantity), numeric: true, value: (point) => point.values[at] })),
  ];

  const sortedFront = () => {
    const rows = points.filter((point) => point.front && passes(point));
    const { column, falling } = state.order;
    if (column === null) return rows;
    return rows.sort((a, b) => compare(columns[column].value(a), columns[column].value(b)) * (falling ? -1 : 1));
  };

  const drawTable = () => {
    const rows = sortedFront();
    const head = make('tr', {}, ...columns.map((column, at) => {
      const mark = state.order.column === at ? (state.order.falling ? ' ▼' : ' ▲') : '';
      const cell = make('th', { textContent: column.name + mark });
      cell.addEventListener('click', () => {
        state.order = { column: at, falling: state.order.column === at && !state.order.falling };
        drawTable();
      });
      return cell;
    }));
    const body = rows.slice(0, mostRows).map((point) => {
      const cells = columns.map((column, at) => at === 0 ? make('td', {}, yamlLink(point)) :
        make('td', { className: column.numeric ? 'number' : '', textContent: number(column.value(point)) }));
      const row = make('tr', { className: point === state.chosen ? 'chosen' : '' }, ...cells);
      row.addEventListener('click', () => choose(point));
      return row;
    });
    element('table').replaceChildren(make('thead', {}, head), make('tbody', {}, ...body));
    element('table-note').textContent = rows.length > mostRows ?
      `The first ${mostRows} of ${rows.length} rows: filter or sort for others.` : `${rows.length} rows; a click on a head sorts.`;
  };

  /* Estimates beside measurements, each on both axes with the line where they are equal. */

  const drawComparison = (comparison, node) => {
    const named = [...new Set(comparison.pairs.map((pair) => pair.family))].sort();
    const values = comparison.pairs.flatMap((pair) => [pair.estimate, pair.measured]);
    const rounded = (value, towards) => { const size = 10 ** Math.floor(Math.log10(value)); return towards(value / size) * size; };
    const [low, high] = [rounded(least(values), Math.floor), rounded(largest(values), Math.ceil)];
    const axis = (name) => ({ type: 'log', min: low, max: high, name: comparison.unit ? `${name} (${comparison.unit})` : name, nameLocation: 'middle',
      axisLabel: { formatter: number, hideOverlap: true } });
    const errors = comparison.pairs.map((pair) => Math.abs(pair.estimate / pair.measured - 1));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    start(node).setOption({
      animation: false,
      title: { text: `${comparison.quantity}: mean error ${(100 * mean).toFixed(1)} %, ` +
        `worst ${(100 * largest(errors)).toFixed(1)} %, ${errors.length} configurations`, left: 10, textStyle: { fontSize: 14 } },
      legend: { top: 28, type: 'scroll', data: named },
      toolbox: saving,
      grid: { left: 80, right: 30, top: 70, bottom: 60 },
      tooltip: { confine: true, formatter: (item) => item.data.pair ? `<b>${escaped(item.data.pair.name)}</b><br>` +
        `estimate ${number(item.data.pair.estimate)}<br>synthesis ${number(item.data.pair.measured)}` : '' },
      xAxis: { ...axis('estimate'), nameGap: 32 },
      yAxis: { ...axis('synthesis'), nameGap: 60 },
      series: [...named.map((family) => ({ ...scatter, name: family, symbolSize: 8,
        itemStyle: { color: colour.get(family) },
        data: comparison.pairs.filter((pair) => pair.family === family).map((pair) => ({ value: [pair.estimate, pair.measured], pair })) })),
      { name: 'equal', type: 'line', symbol: 'none', silent: true, data: [[low, low], [high, high]],
        lineStyle: { color: '#66707c', width: 1 } }],
    });
  };

  const drawBreakdown = () => {
    const parts = [...new Set(report.breakdowns.flatMap((one) => one.parts.map(([part]) => part)))];
    const node = element('breakdown');
    node.style.height = `${120 + 34 * report.breakdowns.length}px`;
    start(node).setOption({
      animation: false,
      color: palette,
      legend: { top: 0, type: 'scroll' },
      toolbox: { ...saving, feature: { saveAsImage: saving.feature.saveAsImage } },
      tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, confine: true, valueFormatter: number },
      grid: { left: 10, right: 40, top: 40, bottom: 50, containLabel: true },
      xAxis: { type: 'value', name: `area (${report.breakdowns[0].unit})`, nameLocation: 'middle', nameGap: 30 },
      yAxis: { type: 'category', inverse: true, data: report.breakdowns.map((one) => one.name) },
      series: parts.map((part) => ({ name: part, type: 'bar', stack: 'area',
        data: report.breakdowns.map((one) => (one.parts.find(([name]) => name === part) || [part, 0])[1]) })),
    });
  };

  const drawRoofline = () => {
    const { title, roofs, size } = report.roofline;
    const [family, place, intensity, peak] = ['family', 'number', 'operations_a_byte', 'peak_gop_per_s']
      .map((name) => reader(report.roofline[name]));
    const workloads = read(size, (row) => ({ family: family(row), name: `${family(row)}_${place(row)}`,
      operations_a_byte: intensity(row), peak_gop_per_s: peak(row) }));
    const intensities = workloads.map((workload) => workload.operations_a_byte);
    const [low, high] = [least(intensities) / 4, largest(intensities) * 4];
    const fastest = largest(roofs.map((roof) => roof.bandwidth_gb_per_s));
    const attained = (workload) => Math.min(workload.peak_gop_per_s, fastest * workload.operations_a_byte);
    const named = [...new Set(workloads.map((workload) => workload.family))].sort();
    start(element('roofline')).setOption({
      animation: false,
      title: { text: title, left: 10, textStyle: { fontSize: 14 } },
      legend: { top: 28, type: 'scroll' },
      toolbox: saving,
      grid: { left: 80, right: 40, top: 70, bottom: 60 },
      tooltip: { confine: true, formatter: (item) => item.data.workload ? `<b>${escaped(item.data.workload.name)}</b><br>` +
        `${number(item.data.workload.operations_a_byte)} operations a byte<br>attained ${number(item.value[1])} Gop/s<br>` +
        `of ${number(item.data.workload.peak_gop_per_s)} Gop/s` : '' },
      xAxis: { type: 'log', min: low, max: high, name: 'operations for each byte of weights', nameLocation: 'middle', nameGap: 32,
        axisLabel: { formatter: number } },
      yAxis: { type: 'log', name: 'Gop/s', nameLocation: 'middle', nameGap: 60, axisLabel: { formatter: number } },
      series: [
        ...roofs.map((roof) => ({ name: `${roof.name}, ${number(roof.bandwidth_gb_per_s)} GB/s`, type: 'line', symbol: 'none', silent: true,
          data: [[low, low * roof.bandwidth_gb_per_s], [high, high * roof.bandwidth_gb_per_s]] })),
        ...named.map((family) => ({ ...scatter, name: family, symbolSize: 10, itemStyle: { color: colour.get(family) },
          data: workloads.filter((workload) => workload.family === family)
            .map((workload) => ({ value: [workload.operations_a_byte, attained(workload)], workload })) })),
      ],
    });
  };

  /* The page. */

  const redraw = () => { drawFront(); drawTable(); };
  const showSection = (name, there) => { element(`${name}-section`).hidden = !there; return there; };

  element('title').textContent = report.title;
  element('summary').textContent = report.summary.join(' ');
  if (showSection('front', points.length && report.quantities.length > 1)) {
    front = start(element('front'));
    front.on('click', (item) => { if (item.data && 'place' in item.data) choose(points[item.data.place]); });
    buildFilters();
    drawFront();
  }
  if (showSection('table', points.some((point) => point.front))) drawTable();
  if (showSection('comparison', report.comparisons.length)) {
    // All of them have their places before the first is drawn, in the width that is left to it.
    const nodes = report.comparisons.map(() => make('div', { className: 'chart' }));
    element('comparisons').append(...nodes);
    report.comparisons.forEach((comparison, at) => drawComparison(comparison, nodes[at]));
  }
  if (showSection('breakdown', report.breakdowns.length)) drawBreakdown();
  if (showSection('roofline', report.roofline)) drawRoofline();
  window.addEventListener('resize', () => charts.forEach((chart) => chart.resize()));
})();
