// No sequence of requests enrols a number without the code that was sent to it, or uses a code twice.
//
// Several flows of two users, served by two runtimes on one store, are sent random requests: numbers, codes that were
// sent (to this or another flow, for this or another number), guesses, reloads, several at once, while the provider
// works or not and time passes. The test keeps its own books: what was delivered to which phone by which flow, and
// when. Each device that appears must be accounted for by them.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Execution } from "../../../runtime/index.ts";
import { type Installation, rejection, secondRuntime } from "../flow/harness.ts";
import { installSms, type SmsInstallation } from "./sms-installation.ts";

const NUMBERS = ["+1000", "+2000", "+3000"];

/** One step of a scenario. Codes are named by when they were sent, counted from the end; -1 is a guess. */
type Step =
  | { readonly do: "number"; readonly flow: number; readonly number: string; readonly process: number }
  | {
      readonly do: "code";
      readonly flow: number;
      readonly code: number;
      readonly times: number;
      readonly process: number;
    }
  | { readonly do: "reload"; readonly flow: number; readonly process: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "provider"; readonly works: boolean };

const flow = fc.integer({ min: 0, max: 2 });
const process = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("number" as const),
      flow,
      number: fc.constantFrom(...NUMBERS),
      process,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("code" as const),
      flow,
      code: fc.integer({ min: -1, max: 3 }),
      times: fc.integer({ min: 1, max: 3 }),
      process,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reload" as const), flow, process }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 1_000, 8_000, 300_000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("provider" as const), works: fc.boolean() }) },
);

/** A message that reached a phone. */
interface Delivered {
  readonly flow: number;
  readonly number: string;
  readonly token: string;
  readonly at: number;
}

class Scenario {
  readonly sms: SmsInstallation;
  readonly processes: readonly Installation[];
  readonly flows: Execution[] = [];
  readonly delivered: Delivered[] = [];
  /** The codes given back, each with the phone it was read on. */
  readonly used: {
    readonly flow: number;
    readonly code: string;
    readonly phone?: string;
    readonly at: number;
  }[] = [];
  constructor(sms: SmsInstallation, second: Installation) {
    this.sms = sms;
    this.processes = [sms.at, second];
  }

  async request(index: number, process: number, data: { [field: string]: string } | null): Promise<void> {
    const { session } = this.flows[index];
    if (session === null) return;
    const before = this.sms.at.sent.length;
    const { executor } = this.processes[process].runtime;
    try {
      await (data === null
        ? executor.request(session, { method: "GET" })
        : executor.request(session, { method: "POST", response: { data, form: false } }));
    } catch (error) {
      // The flow was finished by an earlier request.
      expect((error as Error).name).toBe("SessionNotFound");
    }
    if (data === null || !("phone_number" in data)) expect(this.sms.at.sent).toHaveLength(before);
    if (this.sms.at.provider.delivery !== "accept") return;
    for (const { to, token } of this.sms.at.sent.slice(before)) {
      this.delivered.push({ flow: index, number: to, token, at: this.sms.at.time.now });
    }
  }

  async run(next: Step): Promise<void> {
    const { at } = this.sms;
    switch (next.do) {
      case "number":
        return this.request(next.flow, next.process, { phone_number: next.number });
      case "reload":
        return this.request(next.flow, next.process, null);
      case "code": {
        const read = next.code < 0 ? undefined : at.sent[at.sent.length - 1 - next.code];
        const code = read?.token ?? "000000";
        this.used.push({ flow: next.flow, code, phone: read?.to, at: at.time.now });
        const tries = Array.from({ length: next.times }, (_, index) => (next.process + index) % 2);
        await Promise.all(tries.map((process) => this.request(next.flow, process, { code })));
        return;
      }
      case "wait":
        at.time.now += next.ms;
        return;
      case "provider":
        for (const { provider } of this.processes)
          provider.delivery = next.works ? "accept" : rejection(503, "busy");
    }
  }

  /** Each device has the number of the phone on which its code was read, delivered by the same flow, and in time. */
  async check(known: number): Promise<number> {
    const devices = await this.sms.devices();
    expect(new Set(devices.map(({ phone_number }) => phone_number)).size).toBe(devices.length);
    if (devices.length === known) return known;
    expect(devices).toHaveLength(known + 1);
    const device = devices[known];
    const use = this.used[this.used.length - 1];
    const sent = this.delivered.filter((message) => message.flow === use.flow && message.token === use.code);
    expect(device.phone_number).toBe(use.phone);
    expect(sent.map(({ number }) => number)).toContain(device.phone_number);
    expect(Math.min(...sent.map((message) => use.at - message.at))).toBeLessThan(300_000);
    expect(device.user).toBe(use.flow === 2 ? this.sms.paul.pk : this.sms.marie.pk);
    return devices.length;
  }
}

test("every device has its number's own code behind it, and each code makes one device at most", async () => {
  let enrolled = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      const sms = await installSms({}, {});
      const scenario = new Scenario(sms, await secondRuntime(sms.at));
      for (const user of ["marie", "marie", "paul"]) scenario.flows.push(await sms.start(user));
      let devices = 0;
      for (const next of steps) {
        await scenario.run(next);
        devices = await scenario.check(devices);
      }
      enrolled += devices;
    }),
    { numRuns: 300 },
  );
  // The property means nothing unless enrolments do happen.
  expect(enrolled).toBeGreaterThan(10);
});
