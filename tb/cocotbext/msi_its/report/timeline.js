// SPDX-License-Identifier: MIT
// Draws the timelines of a page: what is seen of each, again at every zoom, on a canvas.
"use strict";

const COLOURS = JSON.parse(document.getElementById("colours").textContent);
const KINDS = ["sent", "dropped", "route refused"];
const LEFT = 44, TOP = 18, BOTTOM = 20, RIGHT = 6;

function unpack(text, type) {
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  return new type(bytes.buffer);
}

// The first index of a sorted array whose value is not below another.
function search(sorted, value) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1; else high = middle;
  }
  return low;
}

class Timeline {
  constructor(section, data) {
    this.section = section;
    this.data = data;
    this.dots = unpack(data.dots, Uint32Array);
    this.devids = unpack(data.devids, Uint32Array);
    this.levels = unpack(data.levels, Float32Array);
    this.kinds = unpack(data.kinds, Uint8Array);
    this.lines = unpack(data.lines, Uint32Array);
    this.times = unpack(data.times, Float64Array);
    this.places = Object.fromEntries(
      Object.entries(data.places).map(([name, text]) => [name, unpack(text, Float32Array)]));
    this.by = this.places.changes;
    this.from = 0;
    this.to = 1;
    this.canvas = section.querySelector("canvas");
    this.said = section.querySelector(".said");
    this.pending = false;
    this.pointers = new Map();
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  listen() {
    const { section, canvas } = this;
    section.querySelector("select").addEventListener("change", (event) => {
      this.by = this.places[event.target.value];
      this.look(0, 1);
    });
    section.addEventListener("click", (event) => {
      const { do: what, window: number } = event.target.dataset;
      if (what === "in") this.zoom(0.5, 0.5);
      if (what === "out") this.zoom(2, 0.5);
      if (what === "all") this.look(0, 1);
      if (number !== undefined) {
        const [first, last, text] = this.data.windows[number];
        const wide = Math.max(this.by[last] - this.by[first], 1e-6);
        this.look(this.by[first] - wide / 2, this.by[last] + wide / 2);
        this.said.textContent = text;
        canvas.scrollIntoView({ block: "nearest" });
      }
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(event.deltaY / 400), this.share(event));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, event);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
    canvas.addEventListener("pointermove", (event) => this.move(event));
  }

  // Where the pointer is, 0 to 1 from left to right.
  share(event) {
    return Math.min(1, Math.max(0, (event.offsetX - LEFT) / this.wide));
  }

  look(from, to) {
    const wide = Math.min(1, Math.max(to - from, 1e-7));
    this.from = Math.min(1 - wide, Math.max(0, from));
    this.to = this.from + wide;
    this.draw();
  }

  zoom(factor, share) {
    const at = this.from + share * (this.to - this.from);
    const wide = (this.to - this.from) * factor;
    this.look(at - share * wide, at + (1 - share) * wide);
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (before === undefined) {
      this.point(event);
      return;
    }
    this.pointers.set(event.pointerId, event);
    const others = [...this.pointers.values()].filter((each) => each.pointerId !== event.pointerId);
    if (others.length) {
      const apart = (one) => Math.abs(one.offsetX - others[0].offsetX) + 10;
      this.zoom(apart(before) / apart(event), this.share(others[0]));
    } else {
      const moved = (event.offsetX - before.offsetX) / this.wide * (this.to - this.from);
      this.look(this.from - moved, this.to - moved);
    }
  }

  when(row) {
    const time = this.times[row];
    return time >= 0 ? `${(time / 1e6).toFixed(6)} s` : `operation ${row + 1}`;
  }

  // Says what is nearest to the pointer: a message, or else a band.
  point(event) {
    const row = this.row(this.from + this.share(event) * (this.to - this.from));
    const near = search(this.dots, row);
    let best = -1, distance = 12;
    for (let dot = Math.max(0, near - 400); dot < Math.min(this.dots.length, near + 400); dot++) {
      const apart = Math.hypot(this.x(this.middle(this.dots[dot])) - event.offsetX,
        this.y(this.levels[dot]) - event.offsetY) - (this.kinds[dot] ? 3 : 0);
      if (apart < distance) [best, distance] = [dot, apart];
    }
    if (best >= 0) {
      const devid = this.devids[best], at = this.dots[best];
      const hex = (value, digits) => value.toString(16).padStart(digits, "0");
      const rid = `${hex(devid >> 8 & 255, 2)}:${hex(devid >> 3 & 31, 2)}.${devid & 7}`;
      this.said.textContent = `${KINDS[this.kinds[best]]}: ${rid}, DeviceID 0x${hex(devid, 4)}, ` +
        `${this.when(at)}, ${this.data.line} ${this.lines[at]}`;
      return;
    }
    const box = this.data.boxes.find(([first, last, bottom, top]) => first <= row && row < last &&
      this.y(top) <= event.offsetY && event.offsetY <= this.y(bottom));
    const kind = { zero: "at 0/0", inverted: "inverted: no bus", range: "" };
    this.said.textContent = box
      ? `${this.data.ports[box[4]]} ${kind[box[5]]} from ${this.when(box[0])}, ${this.data.line} ${this.lines[box[0]]}`
      : `${this.when(Math.min(row, this.times.length - 1))}`;
  }

  row(place) {
    return Math.max(0, search(this.by, place) - 1);
  }

  middle(row) {
    return (this.by[row] + this.by[row + 1]) / 2;
  }

  x(place) {
    return LEFT + (place - this.from) / (this.to - this.from) * this.wide;
  }

  y(bus) {
    return TOP + this.tall * (1 - bus / this.data.height);
  }

  draw() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => { this.pending = false; this.paint(); });
  }

  paint() {
    const { canvas } = this;
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    this.wide = width - LEFT - RIGHT;
    this.tall = height - TOP - BOTTOM;
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    context.font = "11px system-ui, sans-serif";
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const [ink, soft, line, bad] = ["--ink", "--soft", "--line", "--bad"].map(colour);
    this.grid(context, soft, line, width);
    context.save();
    context.beginPath();
    context.rect(LEFT, 0, this.wide, height - BOTTOM);
    context.clip();
    this.windows(context, bad);
    this.bands(context);
    this.messages(context, ink, bad);
    context.restore();
    this.times_(context, soft, width, height);
  }

  grid(context, soft, line, width) {
    for (const [segment, bottom, high] of this.data.segments) {
      const step = [1, 2, 4, 8, 16, 32, 64].find((each) => this.tall / this.data.height * each >= 13) || 128;
      for (let bus = 0; bus < high; bus += step) {
        const at = this.y(bottom + bus);
        context.fillStyle = line;
        context.fillRect(LEFT, at, this.wide, 0.6);
        context.fillStyle = soft;
        context.textAlign = "right";
        const name = bus.toString(16).padStart(2, "0");
        context.fillText(bus || this.data.segments.length < 2 ? name : `${segment.toString(16)}:${name}`,
          LEFT - 4, at - 1);
      }
    }
  }

  windows(context, bad) {
    let free = 0;
    context.textAlign = "center";
    this.data.windows.forEach(([first, last], number) => {
      const left = this.x(this.by[first]), right = Math.max(this.x(this.by[last]), left + 2);
      if (right < LEFT || left > LEFT + this.wide) return;
      context.fillStyle = bad;
      context.globalAlpha = 0.12;
      context.fillRect(left, TOP, right - left, this.tall);
      context.globalAlpha = 1;
      if ((left + right) / 2 > free) {
        context.fillText(String(number + 1), (left + right) / 2, TOP - 5);
        free = (left + right) / 2 + 16;
      }
    });
  }

  bands(context) {
    for (const [first, last, bottom, top, port, kind] of this.data.boxes) {
      const left = Math.max(LEFT - 5, this.x(this.by[first]));
      const right = Math.min(LEFT + this.wide + 5, this.x(this.by[last]));
      if (right < left) continue;
      const high = Math.max(1, this.y(bottom) - this.y(top));
      context.fillStyle = context.strokeStyle = COLOURS[port % COLOURS.length];
      context.globalAlpha = kind === "range" ? 0.28 : 0.75;
      context.fillRect(left, this.y(top), Math.max(0.5, right - left), high);
      if (kind === "range") {
        context.globalAlpha = 0.9;
        context.lineWidth = 0.7;
        context.strokeRect(left, this.y(top), Math.max(0.5, right - left), high);
      }
    }
    context.globalAlpha = 1;
  }

  // Dots in one pixel are drawn once; those that were dropped last, so that none hides them.
  messages(context, ink, bad) {
    const { dots, levels, kinds, by } = this;
    const first = search(dots, this.row(this.from));
    const last = search(dots, this.row(this.to) + 2);
    const lost = [];
    const size = last - first < 2000 ? 3 : 2;
    const across = this.wide / (this.to - this.from), from = this.from * 2;
    const up = this.tall / this.data.height, bottom = TOP + this.tall;
    const wide = Math.ceil(LEFT + this.wide) + 2;
    const drawn = new Uint8Array(wide * Math.ceil(bottom + 2));
    context.fillStyle = ink;
    for (let dot = first; dot < last; dot++) {
      if (kinds[dot]) {
        lost.push(dot);
        continue;
      }
      const row = dots[dot];
      const x = LEFT + (by[row] + by[row + 1] - from) / 2 * across;
      const y = bottom - levels[dot] * up;
      const pixel = Math.round(y) * wide + Math.round(x);
      if (x < 0 || x >= wide || drawn[pixel]) continue;
      drawn[pixel] = 1;
      context.fillRect(x - size / 2, y - size / 2, size, size);
    }
    context.fillStyle = bad;
    for (const dot of lost) {
      context.beginPath();
      context.arc(this.x(this.middle(dots[dot])), this.y(levels[dot]), 4, 0, 7);
      context.fill();
    }
  }

  times_(context, soft, width, height) {
    context.fillStyle = soft;
    const count = Math.max(2, Math.floor(width / 150));
    for (let tick = 0; tick <= count; tick++) {
      const row = Math.min(this.row(this.from + tick / count * (this.to - this.from)), this.times.length - 1);
      context.textAlign = tick === 0 ? "left" : tick === count ? "right" : "center";
      const time = this.times[row];
      const text = time >= 0 ? `${(time / 1e6).toFixed(this.to - this.from > 0.01 ? 3 : 6)} s` : `${row + 1}`;
      context.fillText(text, LEFT + tick / count * this.wide, height - 6);
    }
  }
}

const data = JSON.parse(document.getElementById("timelines").textContent);
for (const section of document.querySelectorAll("[data-timeline]")) {
  new Timeline(section, data[section.dataset.timeline]);
}
