const canvas = element("canvas");
const gl = canvas.getContext("webgl", { antialias: true, preserveDrawingBuffer: true });
if (!gl || !gl.getExtension("OES_element_index_uint")) {
  canvas.style.display = "none"; element("fallback").style.display = "block"; return;
}
const decode = (text, type) => new type(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer);

function shader(kind, source) {
  const made = gl.createShader(kind);
  gl.shaderSource(made, source); gl.compileShader(made);
  if (!gl.getShaderParameter(made, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(made));
  return made;
}
const program = gl.createProgram();
gl.attachShader(program, shader(gl.VERTEX_SHADER, `
attribute vec3 position; attribute vec3 normal;
uniform mat3 turn; uniform vec3 shift; uniform vec3 size; uniform vec2 zoom; uniform mat3 inverse; uniform vec3 middle;
varying vec3 facing; varying vec3 fractional;
void main() {
  vec3 p = position * size + shift;
  fractional = inverse * (p + middle);
  p = turn * p;
  facing = turn * normal;
  gl_Position = vec4(p.xy * zoom, -p.z * 0.01, 1.0);
}`));
gl.attachShader(program, shader(gl.FRAGMENT_SHADER, `
precision highp float;
varying vec3 facing; varying vec3 fractional; uniform vec3 colour; uniform vec3 cut;
void main() {
  if (any(greaterThan(fractional, cut))) discard;
  vec3 n = normalize(facing);
  if (n.z < 0.0) n = -n;
  float light = 0.5 + 0.5 * max(dot(n, normalize(vec3(0.35, 0.5, 0.8))), 0.0);
  gl_FragColor = vec4(colour * light, 1.0);
}`));
gl.linkProgram(program); gl.useProgram(program);
const at = name => gl.getUniformLocation(program, name);
const uniform = { turn: at("turn"), shift: at("shift"), size: at("size"), zoom: at("zoom"), colour: at("colour"), inverse: at("inverse"), middle: at("middle"), cut: at("cut") };
const attribute = { position: gl.getAttribLocation(program, "position"), normal: gl.getAttribLocation(program, "normal") };
gl.enableVertexAttribArray(attribute.position); gl.enableVertexAttribArray(attribute.normal);
gl.enable(gl.DEPTH_TEST); gl.clearColor(1, 1, 1, 1);

function upload(target, array) {
  const buffer = gl.createBuffer();
  gl.bindBuffer(target, buffer); gl.bufferData(target, array, gl.STATIC_DRAW);
  return buffer;
}
function mesh(stored) {
  const indices = decode(stored.indices, Uint8Array);
  return {
    count: stored.triangles, type: indices.length === 2 * stored.triangles ? gl.UNSIGNED_SHORT : gl.UNSIGNED_INT,
    positions: upload(gl.ARRAY_BUFFER, decode(stored.positions, Uint16Array)),
    normals: upload(gl.ARRAY_BUFFER, decode(stored.normals, Int8Array)),
    indices: upload(gl.ELEMENT_ARRAY_BUFFER, indices),
    low: stored.low, size: stored.size,
  };
}
function ball() {
  const positions = [], normals = [], indices = [], rows = 12, columns = 20;
  for (let i = 0; i <= rows; i++) for (let j = 0; j <= columns; j++) {
    const t = Math.PI * i / rows, f = 2 * Math.PI * j / columns;
    const n = [Math.sin(t) * Math.cos(f), Math.sin(t) * Math.sin(f), Math.cos(t)];
    positions.push(...n.map(x => Math.round((x + 1) * 32767.5))); normals.push(...n.map(x => Math.round(127 * x)), 0);
  }
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
    const k = i * (columns + 1) + j, l = k + columns + 1;
    indices.push(k, l, k + 1, k + 1, l, l + 1);
  }
  return {
    count: indices.length, type: gl.UNSIGNED_SHORT, low: [-1, -1, -1], size: [2, 2, 2],
    positions: upload(gl.ARRAY_BUFFER, new Uint16Array(positions)),
    normals: upload(gl.ARRAY_BUFFER, new Int8Array(normals)),
    indices: upload(gl.ELEMENT_ARRAY_BUFFER, new Uint16Array(indices)),
  };
}
const sphere = ball();
const meshes = {};
data.fields.forEach((field, i) => element("field").add(new Option(field.name, i)));

let turn, zoom = 1, waiting = false;
const cross = (p, q) => [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
const times = (m, v) => [0, 1, 2].map(i => m[i] * v[0] + m[3 + i] * v[1] + m[6 + i] * v[2]);
const product = (m, n) => [0, 1, 2].flatMap(j => times(m, n.slice(3 * j, 3 * j + 3)));
const aboutX = t => [1, 0, 0, 0, Math.cos(t), Math.sin(t), 0, -Math.sin(t), Math.cos(t)];
const aboutY = t => [Math.cos(t), 0, -Math.sin(t), 0, 1, 0, Math.sin(t), 0, Math.cos(t)];
const VIEWS = { along: [1, 0, 0, 0, 1, 0, 0, 0, 1], side: product(aboutX(0.28), product(aboutX(-Math.PI / 2), [Math.cos(0.35), Math.sin(0.35), 0, -Math.sin(0.35), Math.cos(0.35), 0, 0, 0, 1])) };
turn = VIEWS.side;

const shifts = () => (element("cells").checked ? [[0, 0], [1, 0], [0, 1], [1, 1]] : [[0, 0]])
  .map(([i, j]) => [0, 1, 2].map(k => i * data.lattice[0][k] + j * data.lattice[1][k]));
function centre() {
  const all = shifts(), n = element("cells").checked ? 1 : 0.5;
  return [0, 1, 2].map(k => n * (data.lattice[0][k] + data.lattice[1][k]) + (k === 2 ? data.height : 0));
}
const HEIGHTS = data.atoms.map(atom => [0, 1, 2].reduce((sum, k) => sum + atom.place[k] * data.inverse[k][2], 0));
// Cuts in fractions of the lattice vectors: of what is drawn along a and b, of the slab along c; at the end, none.
function cuts() {
  const n = element("cells").checked ? 2 : 1, room = 3 / Math.hypot(...data.lattice[2]);
  const ends = [[0, n], [0, n], [Math.min(...HEIGHTS) - room, Math.max(...HEIGHTS) + room]];
  return ends.map(([low, high], k) => {
    const share = element("cut" + k).value / 100;
    return share === 1 ? 1e6 : low + share * (high - low);
  });
}
function isCut(place, middle) {
  return cuts().some((end, k) => [0, 1, 2].reduce((sum, j) => sum + (place[j] + middle[j]) * data.inverse[j][k], 0) > end);
}
function scale() {
  const width = Math.max(...[0, 1].map(k => Math.hypot(...data.lattice[k]))) * (element("cells").checked ? 3.2 : 1.8);
  const unit = zoom * Math.min(canvas.width, 1.3 * canvas.height) / width;
  return [2 * unit / canvas.width, 2 * unit / canvas.height];
}
function drawMesh(one, colour, origins, factor) {
  gl.bindBuffer(gl.ARRAY_BUFFER, one.positions);
  gl.vertexAttribPointer(attribute.position, 3, gl.UNSIGNED_SHORT, true, 0, 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, one.normals);
  gl.vertexAttribPointer(attribute.normal, 3, gl.BYTE, true, 4, 0);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, one.indices);
  gl.uniform3fv(uniform.colour, colour);
  gl.uniform3fv(uniform.size, one.size.map(x => x * factor));
  for (const origin of origins) {
    gl.uniform3fv(uniform.shift, origin.map((x, k) => x + one.low[k] * factor));
    gl.drawElements(gl.TRIANGLES, one.count, one.type, 0);
  }
}
function draw() {
  waiting = false;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  gl.viewport(0, 0, canvas.width, canvas.height);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  const step = element("level").value, field = data.fields[element("field").value].levels[step];
  const key = element("field").value + " " + step, middle = centre();
  element("plus").textContent = element("minus").textContent = field.level + " μB Å⁻³";
  if (!meshes[key]) meshes[key] = [mesh(field.positive), mesh(field.negative)];
  const origins = shifts().map(s => s.map((x, k) => x - middle[k])), factors = scale();
  gl.uniformMatrix3fv(uniform.turn, false, turn); gl.uniform2fv(uniform.zoom, factors);
  gl.uniformMatrix3fv(uniform.inverse, false, data.inverse.flat()); gl.uniform3fv(uniform.middle, middle);
  gl.uniform3fv(uniform.cut, cuts());
  if (element("positive").checked) drawMesh(meshes[key][0], data.positive, origins, 1);
  if (element("negative").checked) drawMesh(meshes[key][1], data.negative, origins, 1);
  const names = element("names"); names.textContent = "";
  if (element("atoms").checked) for (const atom of data.atoms) {
    const places = origins.map(o => o.map((x, k) => x + atom.place[k]));
    drawMesh(sphere, atom.colour, places, atom.radius);
    for (const place of places.filter(place => !isCut(place, middle))) {
      const p = times(turn, place), name = document.createElement("span");
      name.textContent = atom.element;
      name.style.left = 50 + 50 * p[0] * factors[0] + "%"; name.style.top = 50 - 50 * p[1] * factors[1] + "%";
      names.append(name);
    }
  }
  canvas.dataset.drawn = "yes";
}
function later() { if (!waiting) { waiting = true; requestAnimationFrame(draw); } }
function rotate(dx, dy) { turn = product(product(aboutX(dy), aboutY(dx)), turn); later(); }
function magnify(factor) { zoom = Math.min(12, Math.max(0.3, zoom * factor)); later(); }

const pointers = new Map();
let spread = 0;
canvas.addEventListener("pointerdown", e => { canvas.setPointerCapture(e.pointerId); pointers.set(e.pointerId, e); spread = 0; });
for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, e => { pointers.delete(e.pointerId); spread = 0; });
canvas.addEventListener("pointermove", e => {
  const before = pointers.get(e.pointerId);
  if (!before) return;
  pointers.set(e.pointerId, e);
  if (pointers.size === 1) rotate((e.clientX - before.clientX) * 0.01, (e.clientY - before.clientY) * 0.01);
  if (pointers.size === 2) {
    const [p, q] = [...pointers.values()], now = Math.hypot(p.clientX - q.clientX, p.clientY - q.clientY);
    if (spread) magnify(now / spread);
    spread = now;
  }
});
canvas.addEventListener("wheel", e => { e.preventDefault(); magnify(Math.exp(-e.deltaY * 0.0015)); }, { passive: false });
const KEYS = { ArrowLeft: () => rotate(-0.1, 0), ArrowRight: () => rotate(0.1, 0), ArrowUp: () => rotate(0, -0.1), ArrowDown: () => rotate(0, 0.1), "+": () => magnify(1.15), "-": () => magnify(1 / 1.15) };
canvas.addEventListener("keydown", e => { if (KEYS[e.key]) { e.preventDefault(); KEYS[e.key](); } });
for (const id of ["level", "cut0", "cut1", "cut2"]) element(id).addEventListener("input", later);
for (const id of ["field", "positive", "negative", "atoms", "cells"]) element(id).addEventListener("change", later);
for (const id of ["along", "side"]) element(id).addEventListener("click", () => { turn = VIEWS[id]; zoom = 1; later(); });
window.addEventListener("resize", later);
draw();
