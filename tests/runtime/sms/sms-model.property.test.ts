// No sequence of requests enrols a number without its code, sends twice for one request, accepts a code twice, resets the
// guess counter by a new code, or exceeds a limit. Set-up and login, two processes, reloads, retries, failures, restarts.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSmsInbox, type SmsInbox } from "../../../providers/index.ts";
import { SmsScenario } from "./sms-scenario.ts";

const NUMBERS = ["+12025550171", "+12025550172", "foo"];

let inbox: SmsInbox;
beforeAll(async () => {
  inbox = await createSmsInbox();
});
afterAll(() => inbox.close());

/** The state of the model is the scenario's own books. */
type Model = object;

/** One step; after each the books are checked. */
class Step implements fc.AsyncCommand<Model, SmsScenario> {
  readonly #name: string;
  readonly #run: (scenario: SmsScenario) => Promise<void> | void;
  constructor(name: string, run: (scenario: SmsScenario) => Promise<void> | void) {
    this.#name = name;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  async run(_model: Model, scenario: SmsScenario): Promise<void> {
    await this.#run(scenario);
    scenario.books.check(scenario.now);
  }

  toString(): string {
    return this.#name;
  }
}

const lane = fc.nat(2);
const process = fc.nat(1);
const times = fc.constantFrom(1, 1, 1, 2, 3);
const number = fc.constantFrom(...NUMBERS);
/** Codes are named by when they were sent, counted from the end; -1 is a guess. */
const code = fc.integer({ min: -1, max: 3 });

function codeOf({ books }: SmsScenario, index: number): string {
  return (index < 0 ? undefined : books.delivered.at(-1 - index)?.token) ?? "000000";
}

const steps = [
  fc
    .tuple(lane, process, times, number)
    .map(
      ([at, by, count, phone_number]) =>
        new Step(`number(${at}, ${by}, ${count}, ${phone_number})`, (scenario) =>
          scenario.request(at, by, count, { phone_number }),
        ),
    ),
  fc
    .tuple(lane, process, times, code)
    .map(
      ([at, by, count, which]) =>
        new Step(`code(${at}, ${by}, ${count}, ${which})`, (scenario) =>
          scenario.request(at, by, count, { code: codeOf(scenario, which) }),
        ),
    ),
  // A user who does it right, so that devices come to be.
  fc.tuple(lane, process, number).map(
    ([at, by, phone_number]) =>
      new Step(`enrol(${at}, ${by}, ${phone_number})`, async (scenario) => {
        await scenario.request(at, by, 1, { phone_number });
        await scenario.request(at, by + 1, 1, { code: codeOf(scenario, 0) });
      }),
  ),
  fc.tuple(fc.nat(2), process).map(
    ([device, by]) =>
      new Step(`login(${device}, ${by})`, async (scenario) => {
        await scenario.loginSend(device, by, 1);
        await scenario.loginCode(device, by + 1, 1, codeOf(scenario, 0));
      }),
  ),
  fc
    .tuple(lane, process, times)
    .map(
      ([at, by, count]) =>
        new Step(`reload(${at}, ${by}, ${count})`, (scenario) => scenario.request(at, by, count, null)),
    ),
  fc
    .tuple(lane, fc.option(number, { nil: undefined }))
    .map(([at, phone]) => new Step(`begin(${at}, ${phone})`, (scenario) => scenario.begin(at, phone))),
  fc
    .tuple(fc.nat(2), process, times)
    .map(
      ([device, by, count]) =>
        new Step(`loginSend(${device}, ${by}, ${count})`, (scenario) =>
          scenario.loginSend(device, by, count),
        ),
    ),
  fc
    .tuple(fc.nat(2), process, times, code)
    .map(
      ([device, by, count, which]) =>
        new Step(`loginCode(${device}, ${by}, ${count}, ${which})`, (scenario) =>
          scenario.loginCode(device, by, count, codeOf(scenario, which)),
        ),
    ),
  fc.constantFrom(1, 1_000, 8_000, 30_000, 300_000, 1_800_000).map(
    (ms) =>
      new Step(`wait(${ms})`, (scenario) => {
        scenario.now += ms;
      }),
  ),
  fc
    .constantFrom("refused" as const, "broken" as const)
    .map((failure) => new Step(`fail(${failure})`, (scenario) => scenario.failNext(failure))),
  fc.constant(new Step("restart()", (scenario) => scenario.restart())),
];

test("no sequence of requests gets past what a code, a request and a limit are", {
  timeout: 300_000,
}, async () => {
  const seen = { enrolled: 0, logins: 0, messages: 0 };
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: "+1" }), async (commands) => {
      const scenario = await SmsScenario.open(inbox);
      await fc.asyncModelRun(() => ({ model: {}, real: scenario }), commands);
      seen.enrolled += scenario.enrolled;
      seen.logins += scenario.logins;
      seen.messages += scenario.books.delivered.length;
    }),
    { numRuns: 80 },
  );
  // The property means nothing unless messages go out and codes are accepted.
  expect(seen.enrolled).toBeGreaterThan(10);
  expect(seen.logins).toBeGreaterThan(5);
  expect(seen.messages).toBeGreaterThan(50);
});
