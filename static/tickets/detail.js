// One ticket: the keys of its acts, and an act named in the address opens by itself.
(function () {
  "use strict";

  function isTyping(element) {
    return element && (element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName));
  }

  function open(move) {
    if (move.tagName === "DETAILS") {
      move.open = true;
      const first = move.querySelector("select, input:not([type=hidden]), textarea");
      if (first) first.focus();
      return;
    }
    move.querySelector("button").focus();
  }

  function take(move) {
    if (move.tagName === "DETAILS") open(move);
    else move.querySelector("button").click();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    const key = event.key.toUpperCase();
    if (key === "/") {
      event.preventDefault();
      location.assign(document.querySelector("[data-gg-search]").dataset.ggSearch);
      return;
    }
    if (!/^[A-Z]$/.test(key)) return;
    const move = document.querySelector('[data-gg-move="' + key + '"]');
    if (!move) return;
    event.preventDefault();
    take(move);
  });

  function follow() {
    const name = location.hash.slice(1);
    const move = name ? document.getElementById(name) : null;
    if (move && move.matches("[data-gg-move]")) open(move);
  }
  if (!document.querySelector("[data-gg-summary]")) follow();
  window.addEventListener("hashchange", follow);
})();
