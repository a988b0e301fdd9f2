// The demonstration's walk: one phone refused, one accepted, a wrong code, the right code, what is kept.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../engine/types.ts";
import type { SmsInbox } from "../../providers/index.ts";
import { type Challenge, ending } from "../challenge.ts";
import type { OpenedRuntime, WalkedFlow } from "../runtime-door.ts";
import type { Transcript } from "./transcript.ts";

/** One way of enrolling. */
export interface Enrollment {
  readonly title: string;
  readonly flow: string;
  /** A number that the policy accepts and no other enrolment uses. */
  readonly phone: string;
  readonly verifyOnly?: boolean;
}

/** What the walk uses. */
export interface Stage {
  readonly runtime: OpenedRuntime;
  readonly inbox: SmsInbox;
  readonly storeFile: string;
  readonly transcript: Transcript;
}

const devices = "authentik_stages_authenticator_sms.smsdevice";
const refusal = "Invalid phone number or missing region code";
/** A wrong code locks the device for a second, doubling with each further one. */
const lockMs = 1_050;

function errorsOf(challenge: Challenge): string[] {
  const errors = (challenge.response_errors ?? {}) as unknown as Record<string, { string: string }[]>;
  return Object.values(errors)
    .flat()
    .map((error) => error.string);
}

async function respond(flow: WalkedFlow, response: JsonObject, transcript: Transcript): Promise<Challenge> {
  transcript.sent(response);
  await flow.respond(response);
  transcript.shown(flow.challenge);
  return flow.challenge;
}

/** The devices in the store's file: read from the disk, not asked of the runtime. */
async function devicesInFile(storeFile: string): Promise<JsonObject[]> {
  const { models } = JSON.parse(await readFile(storeFile, "utf8"));
  return models[devices] ?? [];
}

/** A code that is not this one. */
function wrongCode(code: string): string {
  return code === "000000" ? "000001" : "000000";
}

/** Walks one enrolment from the refused number to the kept device. Throws where anything is not as it should be. */
export async function enroll(enrollment: Enrollment, stage: Stage): Promise<void> {
  const { runtime, inbox, storeFile, transcript } = stage;
  const { flow: slug, phone, verifyOnly = false } = enrollment;
  transcript.heading(enrollment.title);
  const before = await devicesInFile(storeFile);
  const requestsBefore = inbox.requests.length;
  const flow = await runtime.start(slug, { user: "marie" });
  transcript.shown(flow.challenge);

  transcript.note("a number that the policy refuses");
  const refused = await respond(flow, { phone: "+49 170 1234567" }, transcript);
  transcript.holds(`the policy says "${refusal}"`, errorsOf(refused).join() === refusal, refused);
  transcript.holds("nothing is sent for it", inbox.requests.length === requestsBefore, inbox.requests);

  transcript.note("a number that it accepts");
  const asked = await respond(flow, { phone }, transcript);
  transcript.holds("the stage waits for the code", asked.phone_number_required === false, asked);
  const message = await inbox.waitForMessage({ after: requestsBefore });
  const { method, path, headers, body } = message.request;
  transcript.data("the provider received", {
    request: `${method} ${path}`,
    authorization: headers.authorization,
    body,
  });
  const { code = "" } = message;
  transcript.holds("the message has the code", /^\d{6}$/.test(code), body);
  transcript.holds(
    "no device is kept yet",
    (await devicesInFile(storeFile)).length === before.length,
    before,
  );

  transcript.note("a wrong code");
  const wrong = await respond(flow, { code: wrongCode(code) }, transcript);
  transcript.holds("a wrong code is refused", errorsOf(wrong).join() === "Code does not match", wrong);

  transcript.note("the right code, a second later: each wrong one makes the next wait longer");
  await sleep(lockMs);
  const end = await respond(flow, { code }, transcript);
  transcript.holds("the flow is finished", ending(end) === "done", end);

  const kept = (await devicesInFile(storeFile)).slice(before.length);
  transcript.holds("one device is kept", kept.length === 1, kept);
  const [{ pk, user, name, phone_number, confirmed }] = kept;
  transcript.data(`the device in ${storeFile}`, { pk, user, name, phone_number, confirmed });
  const hash = `hash:${createHash("sha256").update(phone).digest("hex")}`;
  const expected = verifyOnly ? hash : phone;
  transcript.holds(
    "it is confirmed and has the number",
    confirmed === true && phone_number === expected,
    kept,
  );
  if (!verifyOnly) return;
  const text = await readFile(storeFile, "utf8");
  transcript.holds("the number itself is nowhere in the file", !text.includes(phone), phone_number);
  transcript.note("only the number's hash is kept, and the number stands nowhere in the file");
}
