// Challenges as plain HTML forms: what a browser without scripts needs to walk a flow.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { isObject } from "../../runtime/flow/plan.ts";
import type { Challenge } from "../../runtime/index.ts";

/** A text as HTML shows it. */
export function escapeHtml(text: string): string {
  const names: { readonly [char: string]: string } = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (char) => names[char] as string);
}

/** The forms of a challenge, with its errors; a sentence for one that this page cannot show. */
export function challengeForm(challenge: Challenge): string {
  const { component } = challenge;
  const errors = errorsOf(challenge);
  const form = (inputs: string): string =>
    `<form method="post"><input type="hidden" name="component" value="${escapeHtml(component)}">${inputs}<button>Continue</button></form>`;
  switch (component) {
    case "ak-stage-access-denied":
      return `<p class="error">${shown(challenge.error_message) || "Access denied"}</p>`;
    case "ak-stage-flow-error":
      return `<p class="error">${shown(challenge.error)}</p><p>Request ${shown(challenge.request_id)}</p>`;
    case "ak-stage-dummy":
      return errors("") + form(`<p>${shown(challenge.name)}</p>`);
    case "ak-stage-prompt": {
      const fields = Array.isArray(challenge.fields) ? challenge.fields.filter(isObject) : [];
      return errors("non_field_errors") + form(fields.map((field) => promptField(field, errors)).join(""));
    }
    case "ak-stage-authenticator-sms": {
      const number = input("phone_number", "Phone number", { type: "tel", autocomplete: "tel" });
      const code = input("code", "Code", { inputmode: "numeric", autocomplete: "one-time-code" });
      return errors("") + form(challenge.phone_number_required === true ? number : code);
    }
    case "ak-stage-identification": {
      const name = input("uid_field", "User name or e-mail address", { autocomplete: "username" });
      const password = input("password", "Password", { type: "password", autocomplete: "current-password" });
      return errors("") + form(challenge.password_fields === true ? name + password : name);
    }
    case "ak-stage-password": {
      const password = input("password", "Password", { type: "password", autocomplete: "current-password" });
      return errors("") + form(password);
    }
    case "ak-stage-user-login":
      return errors("") + form(checkbox("remember_me", "Stay logged in", false));
    case "ak-stage-authenticator-validate": {
      const code = input("code", "Code", { inputmode: "numeric", autocomplete: "one-time-code" });
      return errors("") + choices(challenge) + form(code);
    }
  }
  return `<p class="error">This page cannot show ${escapeHtml(component)}; walk the flow with a client that can.</p>`;
}

/** Shows the errors of a field, or of all fields for the empty name. */
type Errors = (field: string) => string;

function errorsOf(challenge: Challenge): Errors {
  const all = Object.entries(challenge.response_errors ?? {});
  return (field) =>
    all
      .filter(([name]) => field === "" || name === field)
      .flatMap(([, errors]) => errors)
      .map(({ string }) => `<p class="error">${escapeHtml(string)}</p>`)
      .join("");
}

/** The devices to choose from, and the stages to set one up with; each a button that sends the choice. */
function choices(challenge: Challenge): string {
  const list = (value: JsonValue | undefined): JsonObject[] =>
    Array.isArray(value) ? value.filter(isObject) : [];
  const button = (name: string, value: string, label: string): string =>
    `<form method="post"><button name="${name}" value="${escapeHtml(value)}">${escapeHtml(label)}</button></form>`;
  const devices = list(challenge.device_challenges).map((device) =>
    button("selected_challenge", JSON.stringify(device), `Use ${String(device.device_class)}`),
  );
  const stages = list(challenge.configuration_stages).map((stage) =>
    button("selected_stage", String(stage.pk), String(stage.name)),
  );
  return [...devices, ...stages].join("");
}

function promptField(field: JsonObject, errors: Errors): string {
  const text = (key: string): string => (typeof field[key] === "string" ? (field[key] as string) : "");
  const [name, label, type, value] = [text("field_key"), text("label"), text("type"), text("initial_value")];
  const required = field.required === true;
  const common = { value, placeholder: text("placeholder"), required };
  const below = `${text("sub_text") === "" ? "" : `<small>${escapeHtml(text("sub_text"))}</small>`}${errors(name)}`;
  const kinds: { readonly [type: string]: string } = {
    email: "email",
    password: "password",
    number: "number",
    date: "date",
    "date-time": "datetime-local",
  };
  switch (type) {
    case "hidden":
      return errors(name);
    case "separator":
      return "<hr>";
    case "static":
    case "alert_info":
    case "alert_warning":
    case "alert_danger":
    case "text_read_only":
    case "text_area_read_only":
      return `<p><strong>${escapeHtml(label)}</strong> ${escapeHtml(value)}</p>${below}`;
    case "text_area":
      return `<label>${escapeHtml(label)}<textarea name="${escapeHtml(name)}"${required ? " required" : ""}>${escapeHtml(value)}</textarea></label>${below}`;
    case "checkbox":
      return checkbox(name, label, value === "true" || value === "True") + below;
    case "dropdown":
    case "radio-button-group":
      return select(name, label, value, field.choices) + below;
    case "file":
      return `<p class="error">This page cannot send the file ${escapeHtml(label)}.</p>`;
  }
  return input(name, label, { type: kinds[type] ?? "text", ...common }) + below;
}

function select(name: string, label: string, value: string, choices: JsonValue | undefined): string {
  const options = (Array.isArray(choices) ? choices.filter(isObject) : []).map((choice) => {
    const own = String(choice.value);
    return `<option value="${escapeHtml(own)}"${own === value ? " selected" : ""}>${escapeHtml(String(choice.label))}</option>`;
  });
  return `<label>${escapeHtml(label)}<select name="${escapeHtml(name)}">${options.join("")}</select></label>`;
}

function checkbox(name: string, label: string, checked: boolean): string {
  return `<label><input type="checkbox" name="${escapeHtml(name)}" value="true"${checked ? " checked" : ""}> ${escapeHtml(label)}</label>`;
}

function input(
  name: string,
  label: string,
  given: { readonly [attribute: string]: string | boolean },
): string {
  const attributes = Object.entries(given).map(([attribute, value]) => {
    if (typeof value === "boolean") return value ? ` ${attribute}` : "";
    return value === "" ? "" : ` ${attribute}="${escapeHtml(value)}"`;
  });
  return `<label>${escapeHtml(label)}<input name="${escapeHtml(name)}"${attributes.join("")}></label>`;
}

function shown(value: JsonValue | undefined): string {
  return typeof value === "string" ? escapeHtml(value) : "";
}
