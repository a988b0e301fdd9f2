// A flow's challenge as the wire has it, and as a person reads it.
import type { JsonObject, JsonValue } from "../engine/types.ts";
import type { PromptField } from "../runtime/stages/prompt/prompt-field.ts";
import { type Colors, printable, printableLines } from "./io.ts";

/** A challenge: `component` says which; the other fields are the component's own. */
export type Challenge = JsonObject & { readonly component: string };

/** A device that the validation stage offers. */
export interface DeviceChallenge {
  readonly device_class: string;
  readonly device_uid: string;
  readonly challenge: JsonObject;
  readonly last_used: string | null;
}

/** How a challenge ends the flow, or undefined where it waits for a response. */
export function ending(challenge: Challenge): "done" | "denied" | "failed" | undefined {
  if (challenge.component === "xak-flow-redirect") return "done";
  if (challenge.component === "ak-stage-access-denied") return "denied";
  if (challenge.component === "ak-stage-flow-error") return "failed";
  return undefined;
}

/** A prompt stage's fields. */
export function promptFields(challenge: Challenge): readonly PromptField[] {
  return (challenge.fields ?? []) as unknown as readonly PromptField[];
}

/** The validation stage's devices. */
export function deviceChallenges(challenge: Challenge): readonly DeviceChallenge[] {
  return (challenge.device_challenges ?? []) as unknown as readonly DeviceChallenge[];
}

/** What a person calls this device. */
export function deviceText(device: DeviceChallenge): string {
  const number = device.challenge.phone_number;
  return `${device.device_class} ${typeof number === "string" ? number : device.device_uid}`;
}

/** Field types that show something and take no input. */
const shownOnly = new Set(["separator", "static", "hidden", "text_read_only", "text_area_read_only"]);

/** True where the field takes input from the person. */
export function takesInput(field: PromptField): boolean {
  return !shownOnly.has(field.type) && !field.type.startsWith("alert_");
}

function errorLines(challenge: Challenge, color: Colors): string[] {
  const errors = challenge.response_errors as JsonObject | undefined;
  return Object.entries(errors ?? {}).flatMap(([field, list]) =>
    ((list ?? []) as { string: string }[]).map((error) => {
      const place = field === "non_field_errors" ? "" : `${printable(field)}: `;
      return `  ${color.red("✗")} ${place}${printableLines(error.string)}`;
    }),
  );
}

function fieldLine(field: PromptField, color: Colors): string {
  if (field.type === "separator") return "  ──";
  if (!takesInput(field)) return `  ${printable(field.initial_value || field.label)}`;
  const marks = [field.type, field.required ? "required" : "optional"].join(", ");
  const hint = field.placeholder === "" ? "" : color.dim(` e.g. ${printable(field.placeholder)}`);
  return `  ${printable(field.label)} ${color.dim(`(${printable(field.field_key)}: ${printable(marks)})`)}${hint}`;
}

function text(value: JsonValue | undefined, fallback: string): string {
  return typeof value === "string" && value !== "" ? printableLines(value) : fallback;
}

function body(challenge: Challenge, color: Colors): string[] {
  switch (challenge.component) {
    case "ak-stage-prompt":
      return promptFields(challenge)
        .filter((field) => field.type !== "hidden")
        .map((field) => fieldLine(field, color));
    case "ak-stage-authenticator-sms":
      return [
        challenge.phone_number_required
          ? "  The phone number is needed."
          : "  A code was sent; it is good for five minutes.",
      ];
    case "ak-stage-authenticator-validate":
      return deviceChallenges(challenge).map((device) => `  ${printable(deviceText(device))}`);
    case "xak-flow-redirect":
      return [`  ${color.green("done")}, on to ${text(challenge.to, "/")}`];
    case "ak-stage-access-denied":
      return [`  ${color.red("denied")}: ${text(challenge.error_message, "no reason given")}`];
    case "ak-stage-flow-error":
      return [
        `  ${color.red("failed")}: ${text(challenge.error, "the flow met an error")} ${color.dim(`(request ${text(challenge.request_id, "-")})`)}`,
      ];
    default:
      return [];
  }
}

/** A challenge in a few lines: its component, the flow's title, what went wrong with the last response, what it wants. */
export function challengeText(challenge: Challenge, color: Colors): string {
  const info = challenge.flow_info as { title?: string } | undefined;
  const title = info?.title === undefined ? "" : ` ${color.dim("·")} ${printable(info.title)}`;
  return `${[`${color.bold(printable(challenge.component))}${title}`, ...errorLines(challenge, color), ...body(challenge, color)].join("\n")}\n`;
}
