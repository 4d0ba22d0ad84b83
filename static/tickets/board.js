// The board by keyboard and by mouse. The server decides what may be done: this file asks for the
// acts of the tile in hand, sends them, and keeps the columns up to date every ten seconds.
(function () {
  "use strict";

  const frame = document.querySelector("[data-gg-board]");
  if (!frame || !window.HTMLDialogElement) return;
  const POLL = 10000, UNDO = 8, WIDE = window.matchMedia("(min-width: 60.01rem)");
  const part = function (name) { return document.querySelector("[data-gg-" + name + "]"); };
  const dialog = part("dialog"), look = part("look"), keysDialog = part("keys-dialog");
  const token = part("token").querySelector("input").value;
  const words = part("words").content;
  let etag = frame.dataset.ggEtag, chosen = "", marked = "", undoing = null, asking = 0, polling = null, again = null;
  const drawn = {};   // the server's text of each column: only what differs is drawn anew
  const acts = {};    // number + last event: what can be done, as the server said

  document.documentElement.classList.add("board-scripted");

  function word(name) { return words.querySelector('[data-gg-word="' + name + '"]').textContent; }
  function say(text) { part("said").textContent = ""; part("said").textContent = text; }
  function tiles(column) { return Array.from((column || frame).querySelectorAll("[data-gg-tile]")); }
  function tile(number) { return number ? frame.querySelector('[data-gg-tile="' + number + '"]') : null; }
  function columns() { return Array.from(frame.querySelectorAll("[data-gg-col]")); }
  function link(one) { return one.querySelector("[data-gg-open]"); }
  function actUrl(number, name) { return frame.dataset.ggAct + number + "/" + (name ? name + "/" : ""); }
  function isOpen() { return Boolean(document.querySelector("dialog[open]")); }
  function isTyping(element) {
    return Boolean(element) && (element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName));
  }

  // ── the tile in hand ────────────────────────────────────────────────────────────────────────

  function choose(one, focus) {
    const before = tile(chosen);
    if (before && before !== one) {
      before.removeAttribute("aria-current");
      drop(before);
    }
    chosen = one ? one.dataset.ggTile : "";
    if (!one) return;
    one.setAttribute("aria-current", "true");
    if (focus) {
      link(one).focus({ preventScroll: true });
      one.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    clearTimeout(asking);
    // Whoever runs down a column asks for one ticket, not for all.
    asking = setTimeout(function () { offer(one); }, 120);
  }

  function drop(one) {
    const box = one.querySelector("[data-gg-acts]");
    if (box) box.remove();
  }

  // What can be done with it: asked once for each state of it.
  function offer(one) {
    const number = one.dataset.ggTile, key = number + " " + one.dataset.ggSeen;
    if (!acts[key]) {
      acts[key] = fetch(actUrl(number), { headers: { "HX-Request": "true" } }).then(function (answer) {
        return answer.ok && !answer.redirected ? answer.text() : "";
      }).catch(function () { delete acts[key]; return ""; });
    }
    return acts[key].then(function (html) {
      const now = tile(number);
      if (!html || !now || chosen !== number || now.querySelector("[data-gg-acts]")) return now;
      const box = document.createElement("div");
      box.dataset.ggActs = "";
      box.innerHTML = html;
      now.appendChild(box);
      if (document.activeElement === link(now)) now.scrollIntoView({ block: "nearest" });
      return now;
    });
  }

  function step(by) {
    const now = tile(chosen);
    if (!now) return choose(tiles()[0], true);
    const all = tiles(now.closest("[data-gg-col]")), at = all.indexOf(now);
    choose(all[Math.min(all.length - 1, Math.max(0, at + by))], true);
  }

  function aside(by) {
    const now = tile(chosen);
    if (!now) return choose(tiles()[0], true);
    const all = columns(), column = now.closest("[data-gg-col]");
    const at = tiles(column).indexOf(now);
    for (let to = all.indexOf(column) + by; to >= 0 && to < all.length; to += by) {
      const there = tiles(all[to]);
      if (there.length) return choose(there[Math.min(at, there.length - 1)], true);
    }
  }

  // ── updates ─────────────────────────────────────────────────────────────────────────────────

  function remember(root) {
    root.querySelectorAll("[data-gg-col]").forEach(function (column) { drawn[column.dataset.ggCol] = column.outerHTML; });
  }

  function lost(isLost) {
    part("lost").hidden = !isLost;
    if (isLost) part("lost-since").textContent = part("updated").textContent;
  }

  // What was asked for while an answer was on its way is asked once more: that answer is older.
  function update() {
    if (polling) return again || (again = polling.then(function () { again = null; return update(); }));
    polling = fetch(location.pathname + location.search, {
      headers: { "HX-Request": "true", "If-None-Match": etag }, cache: "no-store",
    }).then(function (answer) {
      if (answer.status === 304) return lost(false);
      if (answer.redirected || answer.status === 403) { say(word("away")); return location.reload(); }
      if (!answer.ok) throw new Error(String(answer.status));
      etag = answer.headers.get("ETag") || "";
      return answer.text().then(function (html) { lost(false); draw(html); });
    }).catch(function () { lost(true); }).finally(function () { polling = null; });
    return polling;
  }

  function rest() {
    if (polling || document.hidden || isOpen() || isTyping(document.activeElement)) return;
    update();
  }

  function draw(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-gg-columns]");
    if (!fresh) return;
    const now = tile(chosen), column = now && now.closest("[data-gg-col]");
    const place = now ? { slug: column.dataset.ggCol, at: tiles(column).indexOf(now) } : null;
    const hadFocus = Boolean(now && now.contains(document.activeElement));
    const old = frame.querySelector("[data-gg-columns]");
    const same = columns().map(slug).join() === Array.from(fresh.querySelectorAll("[data-gg-col]")).map(slug).join();
    if (same) fresh.querySelectorAll("[data-gg-col]").forEach(redraw);
    else { remember(fresh); old.replaceWith(document.adoptNode(fresh)); }
    tell(fresh.dataset);
    keep(place, hadFocus);
  }

  function slug(column) { return column.dataset.ggCol; }

  function redraw(column) {
    const name = slug(column), text = column.outerHTML;
    if (drawn[name] === text) return;
    drawn[name] = text;
    const old = frame.querySelector('[data-gg-col="' + name + '"]');
    // The counters stay the elements they are, so that a screen reader hears them change.
    ["count", "late-count"].forEach(function (piece) {
      const there = old.querySelector("[data-gg-" + piece + "]"), said = column.querySelector("[data-gg-" + piece + "]").textContent;
      if (there.textContent !== said) there.textContent = said;
    });
    const list = old.querySelector("[data-gg-list]"), top = list.scrollTop;
    list.innerHTML = column.querySelector("[data-gg-list]").innerHTML;
    list.scrollTop = top;
    const tab = document.querySelector('[data-gg-tab="' + name + '"]');
    if (tab) tab.textContent = old.querySelector("[data-gg-count]").textContent;
  }

  function tell(said) {
    part("updated").textContent = said.ggAt;
    [["1", said.ggUrgent], ["2", said.ggLate]].forEach(function (pair) {
      const count = document.querySelector('[data-gg-kind="' + pair[0] + '"] [data-gg-kind-count]');
      if (count) count.textContent = pair[1];
    });
  }

  // The tile in hand stays in hand; if it left its column, the next one there comes after it.
  function keep(place, hadFocus) {
    const mark = tile(marked);
    if (mark) mark.classList.add("is-marked");
    if (!place) return;
    const column = frame.querySelector('[data-gg-col="' + place.slug + '"]');
    let next = tile(chosen);
    if (!next || (column && next.closest("[data-gg-col]") !== column)) {
      const left = column ? tiles(column) : [];
      next = left[Math.min(place.at, left.length - 1)] || null;
      chosen = "";
    }
    if (!next) { choose(tiles()[0] || null, false); return; }
    next.setAttribute("aria-current", "true");
    if (hadFocus && !next.contains(document.activeElement)) link(next).focus({ preventScroll: true });
    choose(next, false);
    offer(next);
  }

  // ── moves ───────────────────────────────────────────────────────────────────────────────────

  // Sends one move. Refused, it says by whom and why, and nothing that was written is lost.
  function send(url, content) {
    return fetch(url, { method: "POST", body: content, headers: { Accept: "application/json", "X-CSRFToken": token } })
      .then(function (answer) {
        if (answer.redirected) { location.reload(); return null; }
        const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
        return (isJson ? answer.json() : answer.text()).then(function (body) {
          return { status: answer.status, body: body };
        });
      }).catch(function () { lost(true); return null; });
  }

  // Many at once: what was done, why the others were not, and one undo for all that can be undone.
  function afterMany(body) {
    const why = body.refused.slice(0, 3).map(function (one) { return one.number + ": " + one.detail; });
    if (body.refused.length > 3) why.push("…");
    toast([body.said].concat(why).join(" "), body.undo ? body.done : "");
    document.dispatchEvent(new Event("gg:picked-done"));
    return update();
  }

  function after(answer) {
    if (answer.status === 200 && answer.body.done) return afterMany(answer.body);
    if (answer.status === 200) toast(answer.body.said, answer.body.undo ? answer.body.number : "");
    else toast(answer.body.detail || word("failed"), "");
    marked = "";
    frame.querySelectorAll(".is-marked").forEach(function (one) { one.classList.remove("is-marked"); });
    return update();
  }

  function now(button) {
    const one = button.closest("[data-gg-tile]"), content = new FormData(), said = button.dataset;
    content.append("seen", one.dataset.ggSeen);
    if (said.ggDepartment) content.append("department", said.ggDepartment);
    if (said.ggAssignment) content.append("assignment", said.ggAssignment);
    button.setAttribute("aria-disabled", "true");
    send(actUrl(one.dataset.ggTile, said.ggNow), content).then(function (answer) { if (answer) after(answer); });
  }

  function undoOf(what) {
    const content = new FormData();
    if (!Array.isArray(what)) return send(actUrl(what, "undo"), content);
    what.forEach(function (number) { content.append("n", number); });
    return send(part("bar").dataset.ggBar + "undo/", content);
  }

  // ``number`` can be taken back: one ticket's, or a list of them; empty: nothing can.
  function toast(text, number) {
    const made = part("toast-made").content.firstElementChild.cloneNode(true);
    const box = part("toasts"), button = made.querySelector("[data-gg-undo]");
    if (undoing) undoing.end();
    made.querySelector("[data-gg-text]").textContent = text;
    box.appendChild(made);
    if (!number) {
      button.remove();
      setTimeout(function () { made.remove(); }, UNDO * 1000);
      return;
    }
    let left = UNDO;
    const timer = setInterval(function () {
      left -= 1;
      made.querySelector("[data-gg-left]").textContent = left;
      if (left <= 0) mine.end();
    }, 1000);
    const mine = {
      end: function () { clearInterval(timer); made.remove(); if (undoing === mine) undoing = null; },
      take: function () {
        mine.end();
        undoOf(number).then(function (answer) {
          if (!answer) return;
          if (answer.status === 200 && !answer.body.done) answer.body.said = word("undone");
          after(answer).then(function () { if (tile(number)) choose(tile(number), true); });
        });
      },
    };
    button.addEventListener("click", mine.take);
    undoing = mine;
  }

  // ── dialogs ─────────────────────────────────────────────────────────────────────────────────

  function ask(url, headers) {
    fetch(url, { headers: Object.assign({ "HX-Request": "true" }, headers) }).then(function (answer) {
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      return answer.text();
    }).then(function (html) { fill(html, url); }).catch(function () { toast(word("failed"), ""); update(); });
  }

  function fill(html) {
    dialog.innerHTML = html;
    if (window.htmx) window.htmx.process(dialog);
    if (!dialog.open) dialog.showModal();
    const seen = dialog.querySelector('input[name="seen"]'), one = tile(chosen);
    if (seen && one && !seen.value) seen.value = one.dataset.ggSeen;
    const first = dialog.querySelector("[data-gg-summary], input:not([type=hidden]), select, textarea") || dialog.querySelector(".dialog__foot .btn:last-child");
    if (first) first.focus();
  }

  // A form in a dialog is sent from here; one of the quick look is sent to the same moves.
  function sendForm(event) {
    const form = event.target, box = form.closest("dialog");
    const path = form.action.replace(location.origin, "").match(/^\/tickets\/([A-Z]+\d+-\d+-\d)\/([a-z_]+)\//);
    const isAct = form.hasAttribute("data-gg-send") || (path && form.hasAttribute("data-gg-move")) || (path && form.closest("[data-gg-move]"));
    if (!box || !isAct) return;
    event.preventDefault();
    const url = form.hasAttribute("data-gg-send") ? form.getAttribute("action") : actUrl(path[1], path[2]);
    send(url, new FormData(form)).then(function (answer) {
      if (!answer) return;
      if (answer.status === 200) { box.close(); after(answer); return; }
      if (answer.status === 400) { look.close(); fill(answer.body); return; }
      const alert = box.querySelector("[data-gg-refused]");
      const text = answer.body.detail || word("failed");
      if (alert) { alert.hidden = false; alert.textContent = text; update(); return; }
      box.close();
      after(answer);
    });
  }

  function quick() {
    const one = tile(chosen);
    if (!one) return;
    const box = document.getElementById("preview");
    box.innerHTML = "";
    window.htmx.ajax("GET", link(one).href, { target: box, swap: "innerHTML" }).then(function () {
      if (!look.open) look.showModal();
      window.dispatchEvent(new Event("resize"));
    });
  }

  function merge() {
    const one = tile(chosen);
    if (!one) return;
    const other = tile(marked);
    if (!other) {
      marked = one.dataset.ggTile;
      one.classList.add("is-marked");
      say(word("marked"));
      toast(word("marked"), "");
      return;
    }
    const url = function (ticket, into) { return frame.dataset.ggTicket + ticket.dataset.ggTile + "/merge/" + (into ? "?into=" + into.dataset.ggTile : ""); };
    if (other === one) { ask(url(one)); return; }
    // The younger one goes into the older one, whose time runs already; the dialog can turn it round.
    const isYounger = Number(other.dataset.ggId) > Number(one.dataset.ggId);
    ask(isYounger ? url(other, one) : url(one, other));
  }

  function unmark() {
    const one = tile(marked);
    marked = "";
    if (one) one.classList.remove("is-marked");
  }

  // ── keys ────────────────────────────────────────────────────────────────────────────────────

  function areOn() {
    try { return window.localStorage.getItem("gg_keys") !== "off"; } catch (error) { return true; }
  }
  function turn(isOn) {
    try { window.localStorage.setItem("gg_keys", isOn ? "on" : "off"); } catch (error) { /* kept for this page alone */ }
    document.body.classList.toggle("board-keys-off", !isOn);
    if (!isOn) say(word("off"));
  }

  function press(key) {
    const one = tile(chosen);
    if (!one) return;
    clearTimeout(asking);
    offer(one).then(function (there) {
      const button = there && there.querySelector('[data-gg-key="' + key + '"]');
      if (button) button.click();
      else toast(word("nothing"), "");
    });
  }

  const KEYS = {
    j: function () { step(1); }, k: function () { step(-1); }, h: function () { aside(-1); }, l: function () { aside(1); },
    arrowdown: function () { step(1); }, arrowup: function () { step(-1); },
    m: merge, z: function () { if (undoing) undoing.take(); }, " ": quick,
    "?": function () { keysDialog.showModal(); },
    "/": function () { part("find").focus(); },
    n: function () { const link = part("new"); if (link) link.click(); },
  };
  ["a", "r", "c", "s", "y"].forEach(function (key) { KEYS[key] = function () { press(key.toUpperCase()); }; });

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const key = event.key.toLowerCase(), isArrow = key.startsWith("arrow");
    if (key === "z" && undoing && areOn()) { event.preventDefault(); undoing.take(); return; }
    if (isOpen() || !KEYS[key] || (!areOn() && !isArrow)) {
      if (key === "escape" && !isOpen()) unmark();
      return;
    }
    // On a button or a link, the space bar and the arrows do what they always do.
    if (isArrow && !event.target.closest("[data-gg-tile]")) return;
    if (key === " " && event.target !== document.body && !event.target.closest("[data-gg-open]")) return;
    event.preventDefault();
    KEYS[key]();
  });

  // ── mouse ───────────────────────────────────────────────────────────────────────────────────

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-gg-now], [data-gg-ask], [data-gg-merge], [data-gg-other-way], [data-gg-close], [data-gg-help], [data-gg-open], [data-gg-together]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const said = button.dataset, isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if ("ggOpen" in said) {
      // The first click takes the tile in hand, the second opens it; where there is no room, the first.
      const one = button.closest("[data-gg-tile]");
      if (!isPlain || !WIDE.matches || event.detail === 0 || one.dataset.ggTile === chosen) return;
      event.preventDefault();
      choose(one, true);
    } else if (isPlain) {
      event.preventDefault();
      if ("ggNow" in said) now(button);
      else if ("ggAsk" in said) ask(actUrl(button.closest("[data-gg-tile]").dataset.ggTile, said.ggAsk));
      else if ("ggMerge" in said) ask(button.getAttribute("href"));
      else if ("ggTogether" in said) ask(button.getAttribute("href"));
      else if ("ggOtherWay" in said) ask(button.getAttribute("href"));
      else if ("ggHelp" in said) keysDialog.showModal();
      else button.closest("dialog").close();
    }
  });
  document.addEventListener("submit", sendForm);
  document.addEventListener("focusin", function (event) {
    const one = event.target.closest && event.target.closest("[data-gg-tile]");
    if (one && one.dataset.ggTile !== chosen && event.target.matches(":focus-visible")) choose(one, false);
  });
  [dialog, look, keysDialog].forEach(function (box) {
    box.addEventListener("close", function () {
      const one = tile(chosen);
      if (one) link(one).focus({ preventScroll: true });
      update();
    });
  });

  part("filters").addEventListener("change", function () { part("filters").submit(); });
  const switchOn = part("keys-on");
  switchOn.checked = areOn();
  turn(switchOn.checked);
  switchOn.addEventListener("change", function () { turn(switchOn.checked); });

  remember(frame);
  if (WIDE.matches && tiles().length) choose(tiles()[0], false);
  setInterval(rest, POLL);
  document.addEventListener("visibilitychange", rest);
  window.addEventListener("online", rest);
})();
