// Turns a challenge into questions for a person, and the replies into a response.
import type { JsonObject, JsonValue } from "../engine/types.ts";
import type { PromptField } from "../runtime/stages/prompt/prompt-field.ts";
import {
  type Challenge,
  type DeviceChallenge,
  deviceChallenges,
  deviceText,
  promptFields,
  takesInput,
} from "./challenge.ts";
import { printable } from "./io.ts";
import type { Terminal } from "./terminal.ts";

/** Asks until one of the choices is named, by number or by value. */
async function choose(terminal: Terminal, label: string, choices: readonly string[]): Promise<number> {
  const list = choices.map((choice, index) => `    ${index + 1}) ${printable(choice)}\n`).join("");
  for (;;) {
    const reply = (await terminal.ask(`  ${printable(label)}\n${list}  number: `)).trim();
    const index = /^\d+$/.test(reply) ? Number(reply) - 1 : choices.indexOf(reply);
    if (index >= 0 && index < choices.length) return index;
  }
}

async function askField(terminal: Terminal, field: PromptField): Promise<JsonValue | undefined> {
  const { choices } = field;
  if (choices !== null && choices.length > 0) {
    const labels = choices.map(({ label }) => label);
    return choices[await choose(terminal, field.label, labels)].value;
  }
  const suggestion = field.initial_value === "" ? "" : ` [${printable(field.initial_value)}]`;
  const label = `  ${printable(field.label)}${field.type === "checkbox" ? " (y/n)" : ""}${suggestion}: `;
  const reply = await terminal.ask(label, { secret: field.type === "password" });
  if (field.type === "checkbox") return /^\s*(y|yes|true|1)\s*$/i.test(reply);
  if (reply !== "") return reply;
  // Left out rather than sent empty: the stage then takes the initial value, or says what is missing.
  return undefined;
}

async function askPrompt(terminal: Terminal, challenge: Challenge): Promise<JsonObject> {
  const response: JsonObject = {};
  for (const field of promptFields(challenge).filter(takesInput)) {
    const value = await askField(terminal, field);
    if (value !== undefined) response[field.field_key] = value;
  }
  return response;
}

async function askDevice(terminal: Terminal, devices: readonly DeviceChallenge[]): Promise<JsonObject> {
  const index = devices.length === 1 ? 0 : await choose(terminal, "Device", devices.map(deviceText));
  return { selected_challenge: { ...devices[index] } as JsonObject };
}

async function askJson(terminal: Terminal, component: string): Promise<JsonObject> {
  for (;;) {
    const reply = await terminal.ask(`  response to ${printable(component)}, as JSON (empty for {}): `);
    if (reply.trim() === "") return {};
    try {
      const value: unknown = JSON.parse(reply);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
    } catch {
      // Asked again below.
    }
  }
}

/** Asks what challenges want. One per walk of a flow: it remembers whether a device was already chosen. */
export function askingPerson(terminal: Terminal): (challenge: Challenge) => Promise<JsonObject> {
  let deviceChosen = false;
  return async (challenge) => {
    switch (challenge.component) {
      case "ak-stage-prompt":
        return await askPrompt(terminal, challenge);
      case "ak-stage-identification": {
        const uid_field = await terminal.ask("  user name or e-mail: ");
        if (challenge.password_fields !== true) return { uid_field };
        return { uid_field, password: await terminal.ask("  password: ", { secret: true }) };
      }
      case "ak-stage-password":
        return { password: await terminal.ask("  password: ", { secret: true }) };
      case "ak-stage-user-login":
        return { remember_me: /^\s*y/i.test(await terminal.ask("  stay logged in? (y/n): ")) };
      case "ak-stage-authenticator-sms":
        return challenge.phone_number_required
          ? { phone_number: await terminal.ask("  phone number: ") }
          : { code: await terminal.ask("  code: ") };
      case "ak-stage-authenticator-validate": {
        const devices = deviceChallenges(challenge);
        if (!deviceChosen && devices.length > 0) {
          deviceChosen = true;
          return await askDevice(terminal, devices);
        }
        return { code: await terminal.ask("  code: ") };
      }
      default:
        return await askJson(terminal, challenge.component);
    }
  };
}
