// The desk on a wide screen: the chosen row shows its ticket beside the list. A click chooses, a
// second click or Enter opens; without script, where there is no room, and where there is nothing
// short to show, a click opens.
(function () {
  "use strict";

  const box = document.querySelector("[data-gg-preview]");
  if (!box || !window.htmx) return;
  const wide = window.matchMedia("(min-width: 105rem)");
  const rows = Array.from(document.querySelectorAll("[data-gg-row]"));
  let chosen = null, timer = 0;

  function hasRoom() {
    return wide.matches && document.documentElement.dataset.type !== "large";
  }

  function hasPeek(row) {
    return "ggPeek" in row.dataset;
  }

  function show(row) {
    if (row === chosen || !hasRoom()) return;
    if (chosen) chosen.removeAttribute("aria-current");
    chosen = row;
    row.setAttribute("aria-current", "true");
    clearTimeout(timer);
    if (!hasPeek(row)) { box.hidden = true; box.innerHTML = ""; return; }
    // Whoever runs down the list with J asks for one ticket, not for all.
    timer = setTimeout(function () {
      box.hidden = false;
      window.htmx.ajax("GET", row.querySelector(".row__link").href, { target: box, swap: "innerHTML" });
    }, 120);
  }

  rows.forEach(function (row) {
    const link = row.querySelector(".row__link");
    link.addEventListener("focus", function () { if (link.matches(":focus-visible")) show(row); });
    link.addEventListener("click", function (event) {
      const isPlain = event.detail === 1 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (!isPlain || row === chosen || !hasRoom() || !hasPeek(row)) return;
      event.preventDefault();
      show(row);
    });
  });

  // Keys that the row has no button for, as R, take the act beside the list.
  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || box.hidden || !hasRoom()) return;
    if (!/^[a-z]$/i.test(event.key) || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
    const move = box.querySelector('[data-gg-move="' + event.key.toUpperCase() + '"]');
    if (!move) return;
    event.preventDefault();
    if (move.tagName === "DETAILS") {
      move.open = true;
      move.querySelector("select, input:not([type=hidden]), textarea").focus();
    } else move.querySelector("button").click();
  });

  function begin() { if (!chosen && rows.length && hasPeek(rows[0])) show(rows[0]); }
  begin();
  wide.addEventListener("change", begin);
})();
