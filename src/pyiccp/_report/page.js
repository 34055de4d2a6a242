"use strict";
// Zooming the common time axis. Without this script everything is there, at full width.
(() => {
  const root = document.querySelector(".lanes");
  if (!root) return;
  const whole = [0, Number(root.dataset.span)];
  const placed = [...root.querySelectorAll("[data-from]")];
  const ticks = root.querySelector(".ticks");
  const said = document.querySelector("#zoomed");
  const text = (seconds) => `${seconds.toFixed(seconds < 10 ? 3 : 2)} s`;

  function show(from, until) {
    const width = until - from;
    for (const one of placed) {
      const start = Number(one.dataset.from), end = Number(one.dataset.until ?? one.dataset.from);
      const left = (Math.max(start, from) - from) / width * 100;
      const right = (Math.min(end, until) - from) / width * 100;
      one.hidden = end < from || start > until;
      one.style.left = `${left}%`;
      if (one.dataset.until !== undefined) {
        one.style.width = `${Math.max(right - left, 0)}%`;
        one.classList.toggle("narrow", right - left < 4);
      }
    }
    ticks.replaceChildren(...[0, 1, 2, 3, 4].map((step) => {
      const tick = document.createElement("span");
      tick.className = step === 4 ? "tick last" : "tick";
      tick.style.left = `${step * 25}%`;
      tick.textContent = text(from + width * step / 4);
      return tick;
    }));
    said.textContent = width < whole[1] ? `${text(from)} to ${text(until)}` : "the whole capture";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-zoom]");
    if (!button) return;
    if (button.dataset.zoom === "all") return show(...whole);
    const [from, until] = button.dataset.zoom.split(" ").map(Number);
    const margin = Math.max((until - from) * 0.5, whole[1] / 40, 0.001);
    show(Math.max(from - margin, 0), Math.min(until + margin, whole[1]));
    document.querySelector("#timeline").scrollIntoView();
    document.querySelector("#timeline").focus({preventScroll: true});
  });
  show(...whole);
})();
