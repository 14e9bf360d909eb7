const rows = data.rows;
const map = element("map"), view = element("view");
const FAMILY = { shapes: "#2f8f5b", molecules: "#0b4f8a", crystals: "#d9730d" };
let chosen = 0, turn = [[1, 0, 0], [0, 0.34, -0.94], [0, 0.94, 0.34]], spots = [];

[...new Set(rows.flatMap(r => r.symbols))].filter(s => s !== "cell" && s !== "cube").sort()
  .forEach(s => element("with").add(new Option(s, s)));

const values = key => rows.map(r => r[key]).filter(v => v !== null && !(key === "number" && v === 0));
const range = key => { const v = values(key); return v.length ? [Math.min(...v), Math.max(...v)] : [0, 1]; };
// Blue over green to yellow, lighter all the way.
const shade = t => `hsl(${Math.round(260 - 205 * t)} 75% ${Math.round(30 + 32 * t)}%)`;
function colour(row) {
  const key = element("by").value;
  if (key === "family") return FAMILY[row.family];
  const value = row[key];
  if (value === null || (key === "number" && value === 0)) return "#e4e4e4";
  const [low, high] = range(key);
  return shade((value - low) / (high - low || 1));
}
function describeKey() {
  const key = element("by").value, place = element("key");
  place.textContent = "";
  if (key === "family") {
    for (const [name, own] of Object.entries(FAMILY)) {
      const dot = document.createElement("i"); dot.style.background = own; place.append(dot, name);
    }
    return;
  }
  const [low, high] = range(key), bar = document.createElement("b");
  bar.style.background = `linear-gradient(90deg, ${[0, .25, .5, .75, 1].map(shade).join(",")})`;
  const word = value => key === "number" ? rows.find(r => r.number === value).element : String(Math.round(100 * value) / 100);
  place.append(word(low), bar, word(high) + (key === "moment" ? " μB" : ""), key === "moment" ? "; grey: not published" : "");
}
function fit(canvas) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  return pen;
}
function mark(pen, row, x, y, size) {
  const corners = row.family === "molecules" ? 0 : row.family === "crystals" ? 6 : 4;
  pen.beginPath();
  if (!corners) pen.arc(x, y, size, 0, 7);
  for (let i = 0; i < corners; i++) {
    const t = 2 * Math.PI * i / corners;
    pen.lineTo(x + 1.2 * size * Math.sin(t), y - 1.2 * size * Math.cos(t));
  }
  pen.closePath(); pen.fill(); pen.stroke();
}
function drawMap() {
  const pen = fit(map), w = map.clientWidth, h = map.clientHeight, edge = 16;
  const xs = rows.map(r => r.x), ys = rows.map(r => r.y), needed = element("with").value;
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  spots = rows.map(r => [edge + (w - 2 * edge) * (r.x - x0) / (x1 - x0 || 1), h - edge - (h - 2 * edge) * (r.y - y0) / (y1 - y0 || 1)]);
  rows.forEach((row, i) => {
    pen.globalAlpha = !needed || row.symbols.includes(needed) ? 1 : 0.12;
    pen.fillStyle = colour(row); pen.strokeStyle = "#1a1a1a"; pen.lineWidth = 0.6;
    mark(pen, row, ...spots[i], 4.5);
  });
  pen.globalAlpha = 1; pen.lineWidth = 2; pen.strokeStyle = "#1a1a1a";
  pen.beginPath(); pen.arc(...spots[chosen], 10, 0, 7); pen.stroke();
  map.dataset.drawn = String(rows.length);
}
function drawView() {
  const pen = fit(view), w = view.clientWidth, h = view.clientHeight, row = rows[chosen];
  const largest = Math.max(1, ...row.places.map(p => Math.hypot(...p))) + 0.8;
  const unit = Math.min(w, h) / 2 / largest;
  const placed = row.places.map((p, i) => [row.symbols[i], ...turn.map(t => t[0] * p[0] + t[1] * p[1] + t[2] * p[2])]);
  placed.sort((p, q) => p[3] - q[3]);
  pen.textAlign = "center"; pen.textBaseline = "middle"; pen.font = "12px system-ui, sans-serif";
  for (const [symbol, x, y, z] of placed) {
    const point = data.points[symbol], size = unit * point.radius * (1 + z / largest / 5);
    pen.fillStyle = point.colour; pen.strokeStyle = "#1a1a1a"; pen.lineWidth = 1;
    pen.beginPath(); pen.arc(w / 2 + unit * x, h / 2 - unit * y, Math.max(size, 2), 0, 7); pen.fill(); pen.stroke();
    if (symbol === "cell" || symbol === "cube") continue;
    pen.lineWidth = 3; pen.strokeStyle = "#fff"; pen.fillStyle = "#1a1a1a";
    pen.strokeText(symbol, w / 2 + unit * x, h / 2 - unit * y); pen.fillText(symbol, w / 2 + unit * x, h / 2 - unit * y);
  }
  const moment = row.moment === null ? "" : `; published moment ${row.moment} μB`;
  element("description").textContent = `${row.name} (${row.family}): ${row.atoms} ${row.family === "shapes" ? "cubes" : "atoms"}` + (row.number ? `; rarest element ${row.element}` : "") + moment;
}
function choose(index) { chosen = (index + rows.length) % rows.length; drawMap(); drawView(); }
function everything() { describeKey(); drawMap(); drawView(); }
function nearest(event) {
  const box = map.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
  let best = -1, least = 24;
  spots.forEach(([p, q], i) => { const away = Math.hypot(p - x, q - y); if (away < least) { least = away; best = i; } });
  if (best >= 0 && best !== chosen) choose(best);
}
map.addEventListener("pointermove", nearest);
map.addEventListener("pointerdown", nearest);
map.addEventListener("keydown", e => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
  if (step) { e.preventDefault(); choose(chosen + step); }
});
let held = null;
view.addEventListener("pointerdown", e => { view.setPointerCapture(e.pointerId); held = e; });
view.addEventListener("pointerup", () => { held = null; });
view.addEventListener("pointermove", e => {
  if (!held) return;
  const a = (e.clientX - held.clientX) * 0.01, b = (e.clientY - held.clientY) * 0.01;
  held = e;
  const [c, s, k, l] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
  const first = [turn[0].map((t, i) => c * t + s * turn[2][i]), turn[1], turn[2].map((t, i) => c * t - s * turn[0][i])];
  turn = [first[0], first[1].map((t, i) => k * t - l * first[2][i]), first[2].map((t, i) => k * t + l * first[1][i])];
  drawView();
});
for (const id of ["by", "with"]) element(id).addEventListener("change", everything);
window.addEventListener("resize", everything);
everything();
