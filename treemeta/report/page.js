// What a tree's page does once it is open: tables sort, the tree is searched, pictures answer to the
// pointer. Names are data here, and are only ever set as text.
"use strict";

for (const table of document.querySelectorAll("table")) {
  const heads = [...table.querySelectorAll("th")];
  heads.forEach((head, column) => {
    head.tabIndex = 0;
    const sort = () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const value = (row) => row.cells[column].textContent;
      const order = (a, b) => compared(value(a), value(b)) * (up ? 1 : -1);
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort(order));
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (event) => event.key === "Enter" && sort());
  });
}

// Numbers by size, other text by its letters; what is not known comes last upwards.
function compared(a, b) {
  const [x, y] = [a, b].map((text) => (text === "–" ? Infinity : Number(text || NaN)));
  return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x === y ? 0 : x - y;
}

for (const search of document.querySelectorAll("input[type=search]")) {
  const tree = search.closest("section").querySelector(".tree");
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const item of tree.querySelectorAll("[data-name]")) {
      item.classList.toggle("found", wanted !== "" && item.dataset.name.toLowerCase().includes(wanted));
    }
    for (const node of tree.querySelectorAll("details")) {
      if (wanted) node.open = node.querySelector(".found") !== null;
    }
  });
}

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
document.body.append(tip);

for (const figure of document.querySelectorAll("figure[data-spots]")) {
  const spots = JSON.parse(figure.dataset.spots);
  const image = figure.querySelector("img");
  const told = { cells: cell, points: point }[spots.kind];
  image.addEventListener("pointermove", (event) => {
    const box = image.getBoundingClientRect();
    const lines = told(spots, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    tip.hidden = !lines;
    if (!lines) return;
    tip.textContent = lines.join("\n");
    const left = Math.min(event.pageX + 14, window.scrollX + document.documentElement.clientWidth - tip.offsetWidth);
    tip.style.left = `${left}px`;
    tip.style.top = `${event.pageY + 14}px`;
  });
  image.addEventListener("pointerleave", () => (tip.hidden = true));
}

// A matrix: the two tasks of the cell, and their value.
function cell({ names, box: [left, top, right, bottom], values }, x, y) {
  const n = names.length;
  const column = Math.floor(((x - left) / (right - left)) * n);
  const row = Math.floor(((y - top) / (bottom - top)) * n);
  if (row < 0 || column < 0 || row >= n || column >= n) return null;
  return [names[row].join(", "), names[column].join(", "), values[row][column]];
}

// A map: the task at the nearest place, if it is near, and the tasks most like it.
function point({ names, places, near }, x, y) {
  const far = places.map(([a, b]) => Math.hypot(a - x, b - y));
  const at = far.indexOf(Math.min(...far));
  return far[at] < 0.02 ? [names[at].join(", "), ...near[at]] : null;
}
