// A form asks by what was answered. Every question that depends on others carries the tests that the server made
// (functions/shared/domain/form_conditions.py); without this file all questions are there, and the server sorts them out.
"use strict";

(() => {
  const answersTo = (form, name) => new FormData(form).getAll(name).map((value) => String(value).trim()).filter(Boolean);

  const holds = (test, form) => {
    if (test.all) return test.all.every((part) => holds(part, form));
    if (test.any) return test.any.some((part) => holds(part, form));
    if (test.not) return !holds(test.not, form);
    const answers = answersTo(form, test.field);
    if (test.in) return answers.some((answer) => test.in.some((value) => typeof value === "number" ? Number(answer) === value : answer === value));
    if ("min" in test) return answers.some((answer) => Number(answer) >= test.min);
    if ("max" in test) return answers.some((answer) => Number(answer) <= test.max);
    return answers.length > 0;
  };

  const show = (question, form) => {
    const isShown = holds(JSON.parse(question.dataset.shown), form);
    const changes = question.hidden === isShown;
    question.hidden = question.disabled = !isShown;  // what is switched off is not sent
    return changes;
  };

  const need = (question, form) => {
    const isNeeded = holds(JSON.parse(question.dataset.needed), form);
    for (const mark of question.querySelectorAll("[data-optional]")) mark.hidden = isNeeded;
    for (const control of question.querySelectorAll("input:not([type=hidden]):not([type=file]):not([type=checkbox]), select, textarea")) {
      control.required = isNeeded;
    }
  };

  const limit = (question, form) => {
    const limits = JSON.parse(question.dataset.limits).filter(([test]) => holds(test, form)).map(([, to]) => to);
    let changed = false;
    for (const choice of question.querySelectorAll("option[value], input[type=radio], input[type=checkbox]")) {
      const isOffered = choice.value === "" || limits.every((to) => to.includes(choice.value));
      choice.disabled = !isOffered;
      (choice.closest("label") ?? choice).hidden = !isOffered;
      if (isOffered || !(choice.checked || choice.selected)) continue;
      changed = true;
      choice.checked = false;
      if (choice.selected) choice.closest("select").value = "";
    }
    return changed;
  };

  const settle = (form) => {
    const questions = [...form.querySelectorAll("[data-question]")];
    // A question may hang on another one that hangs on a third: as often as there are questions is always enough.
    for (let round = 0, changed = true; changed && round <= questions.length; round++) {
      changed = false;
      for (const question of questions) {
        if (question.dataset.shown && show(question, form)) changed = true;
        if (question.dataset.limits && limit(question, form)) changed = true;
      }
    }
    for (const question of questions) if (question.dataset.needed) need(question, form);
    for (const part of form.querySelectorAll("[data-part]")) {
      part.hidden = !part.querySelector(".question:not([hidden])");
    }
  };

  const settleAll = () => {
    for (const mark of document.querySelectorAll("[data-without-scripts]")) mark.remove();
    for (const form of document.querySelectorAll("form:has([data-question])")) settle(form);
  };

  const onChange = (event) => {
    const form = event.target.closest("form");
    if (form?.querySelector("[data-question]")) settle(form);
  };
  document.addEventListener("input", onChange);
  document.addEventListener("change", onChange);
  document.addEventListener("htmx:load", settleAll);
  document.addEventListener("htmx:historyRestore", settleAll);
  window.addEventListener("pageshow", settleAll);  // a browser that goes back fills the form in again
  settleAll();
})();
