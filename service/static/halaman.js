"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const news = one("#kabar");
  const say = (text) => { if (news) { news.textContent = text; if (text) setTimeout(() => { if (news.textContent === text) news.textContent = ""; }, 6000); } };

  // A form is sent once; while the server cannot be reached it is sent again under the same id, so nothing is doubled.
  const send = async (form, button) => {
    const data = new FormData(form);
    if (button && button.name) data.set(button.name, button.value);
    const body = new URLSearchParams(data);
    for (let attempt = 0; attempt < 60; attempt += 1) {
      try {
        const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
        if (answer.redirected) { location.assign(answer.url); return; }
        if (answer.status === 503) throw new Error("busy");
        const text = await answer.text();
        document.open(); document.write(text); document.close();
        return;
      } catch (error) {
        say("Server belum menjawab. Keputusan Anda disimpan di halaman ini dan dikirim lagi…");
        await new Promise((done) => setTimeout(done, 1500));
      }
    }
    say("Server tidak menjawab. Muat ulang halaman dan coba lagi.");
    form.dataset.sent = "";
    all("button", form).forEach((each) => { each.disabled = false; });
  };
  // The second click of a double click decides nothing, even where it meets the next page.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("form button, button[form]");
    if (button && event.detail > 1 && button.form && button.form.method === "post") event.preventDefault();
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    const plain = form.enctype === "multipart/form-data" || !one("[name=formulir]", form);
    if (!plain || form.dataset.sent) event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    if (plain) return;
    const button = event.submitter;
    all("button", form).forEach((each) => { each.disabled = true; });
    send(form, button);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // Pickers: search while typing.
  const picker = (box) => {
    const input = one("input[role=combobox]", box), list = one("ul", box);
    let items = [], active = -1, turn = 0;
    input.dataset.terpilih = input.value;
    const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); active = -1; };
    const mark = (index) => {
      active = index;
      all("li", list).forEach((line, i) => { line.setAttribute("aria-selected", i === index ? "true" : "false"); if (i === index) { line.scrollIntoView({ block: "nearest" }); input.setAttribute("aria-activedescendant", line.id); } });
    };
    const choose = (item) => {
      close();
      if (box.dataset.ke) {
        input.dataset.terpilih = input.value = box.hasAttribute("data-tampil") ? item.label : item.value;
        one(`[name=${box.dataset.ke}]`, box).value = item.value;
      } else {
        const form = box.closest("form"), radio = one("[data-lain]", form), label = radio.closest("label");
        radio.value = item.value; one("[data-nama]", label).textContent = item.label; label.hidden = false; radio.checked = true; input.value = "";
      }
      box.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const search = async () => {
      const query = input.value.trim(), mine = ++turn;
      if (query.length < 2) { close(); return; }
      try {
        const answer = await fetch(`${box.dataset.pemilih}?q=${encodeURIComponent(query)}`, { credentials: "same-origin" });
        const found = await answer.json();
        if (mine !== turn) return;
        items = found;
      } catch (error) { return; }
      list.replaceChildren(...items.map((item, i) => {
        const line = document.createElement("li"), hint = document.createElement("small");
        line.id = `${list.id}-${i}`; line.setAttribute("role", "option"); line.setAttribute("aria-selected", "false");
        hint.textContent = item.hint; line.append(item.label, hint);
        line.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); });
        return line;
      }));
      list.hidden = items.length === 0; input.setAttribute("aria-expanded", String(items.length > 0));
      if (items.length) mark(0);
    };
    let waiting = 0;
    input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 80); });
    input.addEventListener("blur", () => {
      close();
      if (!box.dataset.ke) return;
      if (!input.value.trim() && box.hasAttribute("data-tampil")) { input.dataset.terpilih = ""; one(`[name=${box.dataset.ke}]`, box).value = ""; }
      input.value = input.dataset.terpilih;
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && items.length) { event.preventDefault(); mark(Math.min(active + 1, items.length - 1)); }
      else if (event.key === "ArrowUp" && items.length) { event.preventDefault(); mark(Math.max(active - 1, 0)); }
      else if (event.key === "Enter") { event.preventDefault(); if (!list.hidden && active >= 0) choose(items[active]); }
      else if (event.key === "Escape") { close(); input.blur(); }
    });
  };
  all("[data-pemilih]").forEach(picker);
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-kategori]");
    if (chip) {
      const form = chip.closest("form");
      one("[name=kategori]", form).value = chip.dataset.kategori; one("#cari-kategori").value = chip.dataset.kategori;
      one("#cari-kategori").dataset.terpilih = chip.dataset.kategori;
      chip.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const opener = event.target.closest("[data-buka]");
    if (opener && open(opener.dataset.buka)) event.preventDefault();
    if (event.target.closest("#tombol-verifikasi") && !one("[name=instansi]:checked", form)) { event.preventDefault(); choose(); }
    const copy = event.target.closest("[data-salin]");
    if (copy) {
      const field = document.getElementById(copy.dataset.salin);
      field.select();
      const done = () => say("Disalin.");
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(field.value).then(done, () => {});
      else if (document.execCommand("copy")) done();
    }
  });

  // The reason of a correction is asked for only where something was changed.
  const form = one("#verifikasi");
  const choose = () => {
    const any = one("[name=instansi]:not([data-lain])", form);
    say(any ? "Pilih dulu instansinya: 1, 2, 3, atau cari instansi lain." : "Cari dan pilih dulu instansinya.");
    if (!any) one("#cari-instansi").focus();
  };
  const changed = () => {
    const radio = one("[name=instansi]:checked", form), type = one("[name=klasifikasi]", form), category = one("[name=kategori]", form);
    return Boolean((radio && radio.dataset.saran !== "1") || (type.dataset.saran && type.value !== type.dataset.saran) || (category.dataset.saran && category.value !== category.dataset.saran));
  };
  const reason = form && one("[name=alasan]", form);
  // What is copied to LAPOR! is what is chosen now, not what was suggested.
  const copied = (name, value) => { const field = one(`#salin-${name}`); if (field && value) field.value = value; };
  const update = () => {
    const radio = one("[name=instansi]:checked", form), label = radio && one("[data-nama]", radio.closest("label"));
    copied("instansi", label && label.textContent.trim());
    copied("kategori", one("[name=kategori]", form).value);
    copied("klasifikasi", one("[name=klasifikasi]", form).value);
    if (reason) { const needed = changed(); reason.closest("label").hidden = !needed; reason.required = needed; if (!needed) reason.value = ""; }
  };
  if (form) { form.addEventListener("change", update); update(); }

  // An archive that is no repeat has no parent.
  all("[data-kosongkan]").forEach((field) => {
    const suggested = field.value, select = one("[name=alasan]", field.closest("form"));
    field.value = "";
    select.addEventListener("change", () => { field.value = select.value === "masih_proses" ? suggested : ""; });
  });

  // What is missing where automatic routing has no proved bound.
  const scope = one("select[name=cakupan]"), warning = one("[data-peringatan]");
  if (scope && warning) {
    const general = warning.textContent;
    const tell = () => {
      const chosen = scope.selectedOptions[0], why = chosen && chosen.dataset.belum;
      warning.hidden = Boolean(scope.value) && !why;
      warning.textContent = why ? `Bila dinyalakan, belum ada laporan yang diteruskan otomatis di cakupan ini: ${why}. Penerusan baru berjalan setelah batas itu terbukti.` : general;
    };
    scope.addEventListener("change", tell); tell();
  }

  // Keys. One that is held down counts once.
  const shown = performance.now();
  const open = (key) => {
    const part = one(`details[data-tombol="${key}"]`);
    if (!part) return false;
    part.open = true;
    part.scrollIntoView({ block: "center" });
    const field = one("textarea,select,input:not([type=hidden])", part);
    if (field) field.focus();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const target = event.target, typing = target.matches("input:not([type=radio]):not([type=checkbox]),textarea,select");
    if (typing) { if (event.key === "Escape") target.blur(); return; }
    const dialog = one("#bantuan");
    if (dialog && dialog.open) return;
    const key = event.key.toLowerCase();
    if (key === "?" && dialog) { event.preventDefault(); dialog.showModal(); return; }
    if (key === "/") { const field = one("#cari") || one("#cari-instansi"); if (field) { event.preventDefault(); field.focus(); } return; }
    if (key === "u") { const undo = one("[data-urungkan-ini]") || one("[data-urungkan]"); if (undo) { event.preventDefault(); undo.requestSubmit(); } return; }
    if (document.body.classList.contains("antrean")) {
      const links = all(".baris-tautan"), at = links.indexOf(document.activeElement);
      if (key === "enter" && at < 0 && links.length) { event.preventDefault(); links[0].click(); }
      else if ((key === "j" || key === "arrowdown") && links.length) { event.preventDefault(); links[Math.min(at + 1, links.length - 1)].focus(); }
      else if ((key === "k" || key === "arrowup") && links.length) { event.preventDefault(); links[Math.max(at - 1, 0)].focus(); }
      return;
    }
    const keyed = one(`[data-kunci="${CSS.escape(key)}"]`);
    if (keyed) { event.preventDefault(); keyed.click(); return; }
    if (["1", "2", "3"].includes(key) && form) {
      const radio = all("[name=instansi]:not([data-lain])", form)[Number(key) - 1];
      if (radio) { event.preventDefault(); radio.checked = true; radio.dispatchEvent(new Event("change", { bubbles: true })); }
      return;
    }
    if (key === "enter" && form && !target.closest("button,summary,a")) {
      event.preventDefault();
      if (one(".kabar-baris") && performance.now() - shown < 250) return; // pressed twice for the complaint before
      if (!one("[name=instansi]:checked", form)) { choose(); return; }
      form.requestSubmit();
      return;
    }
    if (key === "d") { const link = one("[data-duplikat]"); if (link) { event.preventDefault(); link.requestSubmit(one("[value=sama]", link)); } return; }
    if (["t", "w", "a", "l"].includes(key) && open(key)) event.preventDefault();
  });

  // Progress of an upload.
  const progress = one("[data-kemajuan]");
  const poll = async () => {
    try {
      const answer = await fetch(progress.dataset.kemajuan, { credentials: "same-origin" });
      const state = await answer.json();
      one("progress", progress).max = Math.max(state.total, 1); one("progress", progress).value = state.done;
      one("[data-angka]", progress).textContent = `${state.done} dari ${state.total}`;
      if (state.status !== "berjalan") { location.reload(); return; }
    } catch (error) { /* the server restarts: ask again */ }
    setTimeout(poll, 700);
  };
  if (progress) setTimeout(poll, 400);
  all("[data-cetak]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => window.print()); });
})();
