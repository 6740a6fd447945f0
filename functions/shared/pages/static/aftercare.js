// Small comforts; every page works without this file.
"use strict";

(() => {
  const meta = document.querySelector('meta[name="aftercare-words"]');
  const words = meta ? JSON.parse(meta.content) : {};
  const fill = (text, values) => text.replace(/\{(\w*)\}/g, (_, name) => values[name]);

  // --- deadlines count down ---
  const spell = (ms) => {
    const minutes = Math.floor(Math.abs(ms) / 60000);
    const d = Math.floor(minutes / 1440), h = Math.floor((minutes % 1440) / 60), m = minutes % 60;
    if (d) return fill(h ? words.dh : words.d, { d, h });
    if (h) return fill(words.hm, { h, mm: String(m).padStart(2, "0") });
    return m ? fill(words.m, { m }) : words.under;
  };
  const tick = () => {
    for (const chip of document.querySelectorAll("[data-due]")) {
      const left = new Date(chip.dataset.due) - Date.now();
      chip.querySelector("[data-due-text]").textContent =
        fill(left >= 0 ? words.due_in : words.overdue, { "": spell(left) });
      if (left < 0) chip.classList.replace("due--running", "due--overdue") || chip.classList.replace("due--soon", "due--overdue");
    }
  };
  setInterval(tick, 15000);

  // --- lists stay fresh while somebody looks at them ---
  const refresh = () => {
    if (document.hidden || !window.htmx) return;
    for (const list of document.querySelectorAll("[data-refresh]")) {
      if (!list.contains(document.activeElement)) window.htmx.trigger(list, "refresh");
    }
  };
  setInterval(refresh, 45000);
  document.addEventListener("visibilitychange", refresh);

  // --- attachments go straight to storage, the form sends their keys ---
  const upload = async (box, file) => {
    const row = box.querySelector("template").content.firstElementChild.cloneNode(true);
    const say = (text, wrong = false) => {
      row.querySelector("[data-state]").textContent = text;
      row.classList.toggle("is-wrong", wrong);
    };
    row.querySelector("[data-name]").textContent = file.name;
    box.querySelector("[data-files]").append(row);
    if (file.size > Number(box.dataset.limit)) { say(words.too_large, true); return; }
    say(words.uploading);
    try {
      const asked = await fetch(box.dataset.upload, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name: file.name, content_type: file.type || "application/octet-stream", size: file.size }),
      });
      if (!asked.ok) throw new Error(asked.statusText);
      const { attachment, url, fields } = await asked.json();
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      body.append("file", file);
      const sent = await fetch(url, { method: "POST", body });
      if (!sent.ok) throw new Error(sent.statusText);
      const [key, name] = row.querySelectorAll("input");
      key.value = attachment;
      name.value = file.name;
      key.disabled = name.disabled = false;
      say("");
    } catch {
      say(words.failed, true);
    }
  };

  document.addEventListener("change", (event) => {
    const picker = event.target.closest("[data-upload] input[type=file]");
    if (!picker) return;
    for (const file of picker.files) upload(picker.closest("[data-upload]"), file);
    picker.value = "";
  });

  // --- keyboard: "/" finds, "r" replies, j and k walk the queue ---
  const walk = (step) => {
    const links = [...document.querySelectorAll("[data-row-link]")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
    if (target) {
      event.preventDefault();
      target.focus();
    } else if (event.key === "j") walk(1);
    else if (event.key === "k") walk(-1);
  });

  document.addEventListener("click", (event) => {
    event.target.closest("[data-remove]")?.closest("li").remove();
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard?.writeText(button.dataset.copy).then(() => { button.dataset.done = words.copied; });
  });

  // --- once a page, or a part of it, is shown ---
  const settle = () => {
    document.documentElement.classList.add("js");
    tick();
    document.getElementById("errors")?.focus();
    const here = new URL(location);
    if (here.searchParams.has("done")) {  // said once; a reload need not say it again
      here.searchParams.delete("done");
      history.replaceState(history.state, "", here);
    }
    for (const toast of document.querySelectorAll("[data-toast]")) setTimeout(() => toast.remove(), 6000);
  };
  settle();
  // A choice made before the script listened, or kept by the browser over a reload, shows what belongs to it too.
  const catchUp = (part) => {
    for (const select of part.querySelectorAll('select[hx-trigger="change"]')) {
      const rendered = [...select.options].findIndex((option) => option.defaultSelected);
      if (select.selectedIndex !== Math.max(rendered, 0)) window.htmx.trigger(select, "change");
    }
  };
  document.addEventListener("htmx:load", (event) => { tick(); catchUp(event.target); });
  document.addEventListener("htmx:historyRestore", settle);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target === document.body) settle(); });
  // A field of a form asks under another name (the report's title is the search's question).
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters, headers } = event.detail;
    headers.Accept = "text/html";
    if (!elt.dataset.ask) return;
    for (const name of Object.keys(parameters)) delete parameters[name];
    parameters[elt.dataset.ask] = elt.value;
  });
  // A page that tells of an error is shown like any page; a part that failed leaves what was there.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.boosted) event.detail.shouldSwap = true;
  });
})();
