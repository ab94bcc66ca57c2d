// The word map: a part of it at a time, drawn by plotly; the same words as a list for who does not see it.
/* global Plotly */

const map = document.getElementById("map");
const list = document.getElementById("seen");
const told = document.getElementById("told");
const statuses = new Map(JSON.parse(document.getElementById("statuses").content.textContent)); // in their order
const N_NAMED = 80; // words with their name beside the mark, where there is room for it
const NAME_PIXELS = { letter: 13, height: 16 };
const N_LISTED = 40;
const SETTLING_MILLISECONDS = 200;
const SYMBOLS = { accepted: "circle", proposed: "circle-open", deferred: "diamond", rejected: "x", superseded: "square-open", none: "cross-thin-open" };
let part = { points: [], is_whole: true };
let drawing = false;
let asked = 0;
let timer;

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
// Plotly reads markup in texts, and a corpus may hold some. (We use none but a break: others become inline styles.)
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function colorOf(status) {
  return { accepted: color("--accept"), rejected: color("--reject"), deferred: color("--defer"), proposed: color("--open") }[status] ?? color("--soft");
}

function box() {
  const { xaxis, yaxis } = map.layout ?? {};
  if (!xaxis?.range) return null;
  return { left: xaxis.range[0], right: xaxis.range[1], bottom: yaxis.range[0], top: yaxis.range[1] };
}

function inside(point, view) {
  return !view || (point.x >= view.left && point.x <= view.right && point.y >= view.bottom && point.y <= view.top);
}

async function load(fields) {
  const address = new URL(map.dataset.points, location.href);
  for (const [name, value] of Object.entries(fields ?? {})) address.searchParams.set(name, value);
  const number = ++asked;
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error);
  return number === asked || fields?.word ? found : null; // a later request has overtaken this one
}

// The most frequent words whose names do not lie on one another.
function readable(view) {
  const points = part.points.filter((point) => inside(point, view));
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.y)];
  const across = map.clientWidth / ((view ? view.right - view.left : Math.max(...xs) - Math.min(...xs)) || 1);
  const up = map.clientHeight / ((view ? view.top - view.bottom : Math.max(...ys) - Math.min(...ys)) || 1);
  const placed = [];
  for (const point of points) {
    const name = { point, x: point.x * across, y: point.y * up, half: (point.text.length * NAME_PIXELS.letter) / 2 };
    const isFree = placed.every((other) => Math.abs(other.x - name.x) > other.half + name.half || Math.abs(other.y - name.y) > NAME_PIXELS.height);
    if (isFree) placed.push(name);
    if (placed.length >= N_NAMED) break;
  }
  return new Set(placed.map((name) => name.point));
}

function traces(view) {
  const named = readable(view);
  return [...statuses].map(([status, name]) => {
    const points = part.points.filter((point) => point.status === status);
    return {
      type: "scatter", mode: "markers+text", name, showlegend: points.length > 0, visible: map.data?.find((trace) => trace.name === name)?.visible ?? true,
      x: points.map((point) => point.x), y: points.map((point) => point.y),
      text: points.map((point) => (named.has(point) ? escaped(point.text) : "")),
      hovertext: points.map((point) => `${escaped(point.text)}<br>${escaped(point.status_name)} · ${point.n.toLocaleString()}×`),
      customdata: points.map((point) => point.address), hoverinfo: "text", textposition: "top center", cliponaxis: true,
      textfont: { size: 12, color: color("--text") },
      marker: { color: colorOf(status), symbol: SYMBOLS[status], size: points.map((point) => 6 + 2 * Math.log10(1 + point.n)), line: { width: 1.5 } },
    };
  });
}

function layout() {
  const axis = { visible: false, showgrid: false, zeroline: false };
  const now = map.layout;
  return {
    uirevision: "map", dragmode: "pan", hovermode: "closest", margin: { l: 8, r: 8, t: 8, b: 8 }, height: map.clientHeight || 560,
    paper_bgcolor: color("--sheet"), plot_bgcolor: color("--sheet"), font: { family: getComputedStyle(document.body).fontFamily, color: color("--text") },
    hoverlabel: { bgcolor: color("--sheet"), bordercolor: color("--soft"), font: { color: color("--text"), size: 14 } },
    legend: { orientation: "h", x: 0, y: 0, xanchor: "left", yanchor: "bottom", bgcolor: color("--sheet") },
    xaxis: { ...axis, ...(now?.xaxis?.range && { range: [...now.xaxis.range] }) },
    yaxis: { ...axis, ...(now?.yaxis?.range && { range: [...now.yaxis.range] }) },
  };
}

async function draw() {
  drawing = true;
  await Plotly.react(map, traces(box()), layout(), { scrollZoom: true, displayModeBar: false, responsive: true, doubleClick: "reset" });
  drawing = false;
  const view = box();
  const links = part.points.filter((point) => inside(point, view)).slice(0, N_LISTED).map((point) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = point.address;
    link.lang = "ko";
    const text = document.createElement("bdi");
    text.textContent = point.text;
    const status = document.createElement("span");
    status.className = `status ${point.status}`;
    status.textContent = point.status_name;
    link.append(text);
    item.append(link, " ", status);
    return item;
  });
  list.replaceChildren(...links);
}

async function settle() {
  if (!part.is_whole || part.isPart) {
    const found = await load(box());
    if (!found) return;
    part = { ...found, isPart: true };
    told.textContent = found.said;
  }
  await draw();
}

function moved() {
  if (drawing) return;
  clearTimeout(timer);
  timer = setTimeout(() => settle().catch(failed), SETTLING_MILLISECONDS);
}

function zoom(factor) {
  const view = box();
  const across = ((view.right - view.left) * factor) / 2;
  const up = ((view.top - view.bottom) * factor) / 2;
  const [x, y] = [(view.left + view.right) / 2, (view.bottom + view.top) / 2];
  return Plotly.relayout(map, { "xaxis.range": [x - across, x + across], "yaxis.range": [y - up, y + up] });
}

async function find(word) {
  const found = await load({ word });
  if (!found.points.length) { told.textContent = map.dataset.notFound; return; }
  const [{ x, y }] = found.points;
  const view = box();
  const across = (view.right - view.left) / 10;
  const up = (view.top - view.bottom) / 10;
  await Plotly.relayout(map, { "xaxis.range": [x - across, x + across], "yaxis.range": [y - up, y + up] });
  if (!part.points.some((point) => point.text === found.points[0].text)) part.points.unshift(found.points[0]);
}

function failed(error) { told.textContent = error.message; }

async function whole() {
  part = await load();
  told.textContent = part.said;
  await Plotly.relayout(map, { "xaxis.autorange": true, "yaxis.autorange": true });
  await draw();
}

async function begin() {
  part = await load();
  told.textContent = part.said;
  await draw();
  map.on("plotly_relayout", moved);
  map.on("plotly_click", (event) => { location.href = event.points[0].customdata; });
  map.dataset.ready = "true";
}

document.getElementById("zoom-in").addEventListener("click", () => zoom(0.6));
document.getElementById("zoom-out").addEventListener("click", () => zoom(1 / 0.6));
document.getElementById("zoom-whole").addEventListener("click", () => whole().catch(failed));
document.getElementById("find").addEventListener("submit", (event) => {
  event.preventDefault();
  find(event.target.elements.word.value.trim()).catch(failed);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
begin().catch(failed);
