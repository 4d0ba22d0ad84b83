// The button that prints: shown only where a script can do it.
(function () {
  "use strict";
  document.querySelectorAll("[data-gg-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
