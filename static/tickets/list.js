// Lists by keyboard: / to the search, J and K down and up the rows; Enter opens the link in focus.
(function () {
  "use strict";

  const find = document.querySelector("[data-gg-find]");

  function isTyping(element) {
    return element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName);
  }

  function step(by) {
    const rows = Array.from(document.querySelectorAll(".row__link"));
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
    rows[next].focus();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "/" && find) {
      event.preventDefault();
      find.focus();
      find.select();
    } else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (/^[a-z]$/.test(key)) press(key.toUpperCase(), event);
  });

  // The key of an act presses that act of the row in focus.
  function press(key, event) {
    const focused = document.activeElement.closest("[data-gg-row]");
    const row = focused || document.querySelector('[data-gg-row][aria-current="true"]');
    const button = row && row.querySelector('[data-gg-key="' + key + '"]');
    if (!button) return;
    event.preventDefault();
    button.click();
  }

  if (find && location.hash === "#" + find.id) find.focus();
})();
