// Photos: shrunk on the device, sent at once and one by one, with a way to try again or take back.
(function () {
  "use strict";

  const LONGEST = 1600, PREVIEW = 240, MOST = 12000000;
  // A photo that was just taken lies where the device lies; one from the album does not.
  const FRESH = 5 * 60 * 1000;
  const PATIENCE = 8000;

  function uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    const hex = Array.from(bytes, function (one) { return (one + 256).toString(16).slice(1); }).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  // ── on the device ────────────────────────────────────────────────────────────────────────────

  function drawn(picture, longest) {
    const factor = Math.min(1, longest / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * factor));
    canvas.height = Math.max(1, Math.round(picture.height * factor));
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  // The smaller of the two: what this browser cannot read (HEIC) goes as it is.
  function shrink(file, show) {
    if (!window.createImageBitmap) return Promise.resolve(file);
    return createImageBitmap(file).then(function (picture) {
      show(drawn(picture, PREVIEW).toDataURL("image/jpeg", 0.7));
      const canvas = drawn(picture, LONGEST);
      picture.close();
      return new Promise(function (done) {
        canvas.toBlob(function (blob) { done(blob && blob.size < file.size ? blob : file); }, "image/jpeg", 0.82);
      });
    }, function () { return file; });
  }

  // Where the device is, if it may say so without asking.
  function position() {
    if (!navigator.permissions || !navigator.geolocation) return Promise.resolve(null);
    return navigator.permissions.query({ name: "geolocation" }).then(function (answer) {
      if (answer.state !== "granted") return null;
      return new Promise(function (done) {
        navigator.geolocation.getCurrentPosition(function (got) { done(got.coords); }, function () { done(null); },
          { enableHighAccuracy: true, timeout: 4000, maximumAge: 60000 });
      });
    }).catch(function () { return null; });
  }

  // ── one place on the page where photos are taken ─────────────────────────────────────────────

  function start(box) {
    const say = box.dataset, form = box.closest("form"), said = box.parentElement.querySelector("[data-gg-photos-said]");
    const add = box.querySelector("[data-gg-add]"), choose = box.querySelector("[data-gg-choose]");
    const pattern = box.querySelector("[data-gg-template]"), plain = form.querySelector("[data-gg-plain]");
    const isReport = form.matches("[data-gg-report]");
    const shots = [];
    let line = Promise.resolve(), isTold = false;

    box.classList.add("is-live");
    choose.multiple = true;
    choose.required = false;
    if (plain) plain.hidden = true;

    function tell(words) {
      said.textContent = words || "";
      said.hidden = !words;
    }

    function headers(request) {
      request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
      request.setRequestHeader("Accept", "application/json");
    }

    function number() { return box.querySelectorAll("[data-gg-shot]").length; }

    function Shot(file) {
      const shot = this;
      shot.file = file;
      shot.id = uuid();
      shot.state = "waits";
      shot.figure = pattern.content.firstElementChild.cloneNode(true);
      shot.words = shot.figure.querySelector("[data-gg-words]");
      shot.bar = shot.figure.querySelector("[data-gg-progress]");
      shot.again = shot.figure.querySelector("[data-gg-again]");
      shot.again.addEventListener("click", function () { shot.queue(); });
      box.insertBefore(shot.figure, add);
      box.querySelector("[data-gg-add-words]").textContent = say.ggMore;
      shot.alt = say.ggAlt.replace("NUMBER", number());
    }
    Shot.prototype.is = function (state, words) {
      this.state = state;
      this.words.textContent = words;
      this.bar.hidden = state === "kept" || state === "failed";
      this.again.hidden = state !== "failed" || !this.mayRetry;
      this.figure.classList.toggle("is-wrong", state === "failed");
    };
    Shot.prototype.show = function (url) {
      const image = document.createElement("img");
      image.src = url;
      image.alt = this.alt;
      const before = this.figure.querySelector("img, .shot__blank");
      this.figure.replaceChild(image, before);
    };
    Shot.prototype.fail = function (words, mayRetry) {
      this.mayRetry = mayRetry;
      this.is("failed", words);
    };
    // One after the other: on a weak line three at once all time out.
    Shot.prototype.queue = function () {
      const shot = this;
      shot.is("waits", shot.blob ? say.ggSending : say.ggShrinking);
      line = line.then(function () { return shot.go(); });
    };
    Shot.prototype.go = function () {
      const shot = this;
      if (shot.state !== "waits") return null;
      const ready = shot.blob ? Promise.resolve() : Promise.all([
        shrink(shot.file, function (url) { shot.show(url); }),
        Date.now() - shot.file.lastModified < FRESH ? position() : null,
      ]).then(function (got) { shot.blob = got[0]; shot.at = got[1]; });
      return ready.then(function () { return shot.send(); });
    };
    Shot.prototype.body = function () {
      const body = new FormData();
      body.append("client_id", this.id);
      if (isReport) body.append("draft", form.elements.client_id.value);
      if (form.elements.phase) body.append("phase", form.elements.phase.value);
      if (this.file.lastModified) body.append("taken_at", new Date(this.file.lastModified).toISOString());
      if (this.at) {
        body.append("lon", this.at.longitude);
        body.append("lat", this.at.latitude);
      }
      body.append("photo", this.blob, "photo");
      return body;
    };
    Shot.prototype.send = function () {
      const shot = this;
      if (shot.state !== "waits") return null;
      if (shot.blob.size > MOST) return shot.fail(say.ggLarge, false);
      shot.is("sends", say.ggSending);
      return new Promise(function (done) {
        const request = shot.request = new XMLHttpRequest();
        request.open("POST", say.ggPhotos);
        headers(request);
        request.timeout = 120000;
        request.upload.addEventListener("progress", function (event) {
          if (event.lengthComputable) shot.bar.value = Math.round(event.loaded / event.total * 100);
        });
        request.addEventListener("load", function () { shot.answered(request); });
        ["error", "timeout"].forEach(function (name) {
          request.addEventListener(name, function () { shot.fail(say.ggLost, true); });
        });
        request.addEventListener("loadend", done);
        request.send(shot.body());
      });
    };
    Shot.prototype.answered = function (request) {
      const isOurs = (request.getResponseHeader("Content-Type") || "").startsWith("application/json");
      if (!isOurs) {
        // The page of somebody who is signed out, or of a server in trouble.
        this.fail(request.status < 400 || request.status === 403 ? say.ggLogin : say.ggLost, true);
        return;
      }
      const body = JSON.parse(request.responseText);
      if (request.status >= 400) {
        this.fail(body.detail, false);
        return;
      }
      this.figure.dataset.ggShot = body.id;
      this.is("kept", say.ggKept.replace("SIZE", Math.max(1, Math.round(body.size / 1000))));
      if (!this.figure.querySelector("img")) this.show(body.thumb);
    };

    choose.addEventListener("change", function () {
      tell("");
      isTold = false;
      Array.from(choose.files).forEach(function (file) {
        const shot = new Shot(file);
        shots.push(shot);
        shot.queue();
      });
      // They go by themselves; the form need not carry them once more.
      choose.value = "";
      if (!isReport) line.then(function () { if (!open().length) showKept(); });
    });

    // A ticket's own page shows what it has now. It is not loaded anew: that would lose what is
    // being typed elsewhere on it, and stop whoever is on the way to another page.
    function showKept() {
      fetch(location.pathname, { credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        return answer.text();
      }).then(function (html) {
        const fresh = new DOMParser().parseFromString(html, "text/html");
        const top = document.querySelector(".ticket__top"), photos = fresh.querySelector(".ticket__photos");
        if (!photos) return;
        const before = top.querySelector(".ticket__photos");
        if (before) before.replaceWith(photos);
        else top.insertBefore(photos, top.querySelector(".ticket__said"));
        top.className = fresh.querySelector(".ticket__top").className;
        ["story", "evidence"].forEach(function (id) {
          const now = document.getElementById(id), then = fresh.getElementById(id);
          if (now && then) now.replaceWith(then);
        });
        shots.forEach(function (shot) { if (shot.state === "kept") shot.figure.remove(); });
      }).catch(function () { /* they are kept; the next page shows them */ });
    }

    function takeBack(id) {
      const request = new XMLHttpRequest();
      request.open("DELETE", say.ggPhotos + id + "/");
      headers(request);
      request.send();
    }

    box.addEventListener("click", function (event) {
      const button = event.target.closest("[data-gg-away]");
      if (!button) return;
      const figure = button.closest("[data-gg-shot]");
      const shot = shots.find(function (one) { return one.figure === figure; });
      if (shot) {
        shot.state = "gone";
        if (shot.request) shot.request.abort();
      }
      if (figure.dataset.ggShot && isReport) takeBack(figure.dataset.ggShot);
      figure.remove();
      choose.focus();
    });

    // ── the report goes ──

    function open() {
      return shots.filter(function (one) { return one.state !== "kept" && one.state !== "gone"; });
    }

    if (isReport) form.addEventListener("submit", function (event) {
      if (!open().length || isTold) return;
      event.preventDefault();
      const patience = new Promise(function (done) { setTimeout(done, PATIENCE); });
      tell(say.ggWait);
      form.setAttribute("aria-busy", "true");
      Promise.race([line, patience]).then(function () {
        form.removeAttribute("aria-busy");
        if (!open().length) {
          form.submit();
          return;
        }
        isTold = true;
        tell(say.ggLeft);
        said.scrollIntoView({ block: "center" });
      });
    });
  }

  document.querySelectorAll("[data-gg-photos]").forEach(start);
})();
