// The inputs of modals; some stand in messages too. A field is {node, value(), focus()}.

import { el } from "/page/dom.js";
import { say } from "/page/words.js";

let numbers = 0;

/** The field of an element, or nothing for a kind that is not known; `value` is what it begins with. */
export function input(element, { change = () => {}, value = undefined, label = "" } = {}) {
  const field = FIELDS[element.type]?.(element, value, change);
  if (field && label && !["radio_buttons", "checkboxes"].includes(element.type)) field.control.setAttribute("aria-label", label);
  return field;
}

function simple(control, change, read = () => control.value || null) {
  control.addEventListener("change", () => change(read()));
  return { node: control, control, value: read };
}

function text(element, value, change) {
  const attributes = {
    class: "text-input",
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    minlength: element.min_length,
  };
  const kinds = { email_text_input: "email", url_text_input: "url", number_input: "number" };
  const control = element.multiline ? el("textarea", { ...attributes, rows: 4 }) : el("input", { ...attributes, type: kinds[element.type] ?? "text" });
  control.value = value ?? element.initial_value ?? "";
  return simple(control, change);
}

function picked(type, initial) {
  return (element, value, change) => {
    const control = el("input", { class: "text-input", type });
    control.value = value ?? element[initial] ?? "";
    return simple(control, change);
  };
}

function options(element) {
  return element.option_groups?.flatMap((group) => group.options) ?? element.options ?? [];
}

function select(element, value, change) {
  const many = element.type.startsWith("multi_");
  const begun = value ?? (many ? (element.initial_options ?? []).map((one) => one.value) : element.initial_option?.value);
  const control = el(
    "select",
    { class: "text-input", multiple: many },
    !many && el("option", { value: "" }, element.placeholder?.text ?? say("choose")),
    options(element).map((one) => el("option", { value: one.value, selected: many ? begun.includes(one.value) : begun === one.value }, one.text.text)),
  );
  return simple(control, change, () => (many ? [...control.selectedOptions].map((one) => one.value) : control.value || null));
}

function choices(element, value, change) {
  const many = element.type === "checkboxes";
  const begun = [value ?? (many ? (element.initial_options ?? []).map((one) => one.value) : element.initial_option?.value)].flat();
  const name = `choice-${++numbers}`;
  const boxes = options(element).map((one) => {
    const box = el("input", { type: many ? "checkbox" : "radio", name, value: one.value, checked: begun.includes(one.value) });
    return { box, node: el("label", { class: "choice" }, box, el("span", {}, one.text.text, one.description && el("small", {}, one.description.text))) };
  });
  const node = el("div", { class: "choices" }, boxes.map((one) => one.node));
  const read = () => {
    const chosen = boxes.filter((one) => one.box.checked).map((one) => one.box.value);
    return many ? chosen : (chosen[0] ?? null);
  };
  node.addEventListener("change", () => change(read()));
  return { node, control: boxes[0]?.box ?? node, value: read };
}

const FIELDS = {
  plain_text_input: text,
  email_text_input: text,
  url_text_input: text,
  number_input: text,
  static_select: select,
  multi_static_select: select,
  overflow: select,
  radio_buttons: choices,
  checkboxes: choices,
  datepicker: picked("date", "initial_date"),
  timepicker: picked("time", "initial_time"),
};
