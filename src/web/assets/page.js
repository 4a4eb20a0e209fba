// What the pages cannot do without a script: copying, and trying an operation.
"use strict";

const announcement = document.getElementById("announcement");

for (const button of document.querySelectorAll("button[data-copies]")) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    let said = document.body.dataset.copied;
    try {
      await copy(document.getElementById(button.dataset.copies).textContent);
    } catch {
      said = document.body.dataset.copyFailed;
    }
    button.textContent = said;
    announcement.textContent = said;
    setTimeout(() => { button.textContent = label; announcement.textContent = ""; }, 2000);
  });
}

// The clipboard is there on secure pages only; elsewhere an invisible field is selected and copied.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  field.className = "quiet";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused.focus();
  if (!done) throw new Error("not copied");
}

for (const details of document.querySelectorAll("details.try")) {
  const form = details.querySelector("form");
  details.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
  form.addEventListener("reset", () => { form.querySelector(".answer").hidden = true; });
}

async function send(form) {
  const { action, sending, notReached, milliseconds } = form.dataset;
  const answer = form.querySelector(".answer");
  const outcome = form.querySelector(".outcome");
  const shown = answer.querySelector("code");
  const button = form.querySelector("[type=submit]");
  answer.hidden = false;
  outcome.textContent = sending;
  shown.textContent = "";
  button.disabled = true;
  const begin = performance.now();
  try {
    const response = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "text/xml; charset=utf-8", SOAPAction: `"${action}"` },
      body: form.querySelector("textarea").value,
      credentials: "same-origin",
    });
    const text = await response.text();
    outcome.textContent = `HTTP ${response.status} · ${Math.round(performance.now() - begin)} ${milliseconds}`;
    shown.textContent = indented(text);
  } catch {
    outcome.textContent = notReached;
  }
  button.disabled = false;
}

// XML with every element on a line of its own; text that is no XML as it is.
function indented(text) {
  const document = new DOMParser().parseFromString(text, "text/xml");
  if (document.querySelector("parsererror")) return text;
  const lines = [];
  write(document.documentElement, 0, lines);
  return lines.join("\n");
}

function write(element, depth, lines) {
  const margin = "  ".repeat(depth);
  const attributes = [...element.attributes].map(({ name, value }) => ` ${name}="${escaped(value)}"`).join("");
  const begin = `${margin}<${element.nodeName}${attributes}`;
  if (element.children.length) {
    lines.push(`${begin}>`);
    for (const child of element.children) write(child, depth + 1, lines);
    lines.push(`${margin}</${element.nodeName}>`);
  } else {
    lines.push(element.textContent ? `${begin}>${escaped(element.textContent)}</${element.nodeName}>` : `${begin}/>`);
  }
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (found) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[found]);
}
