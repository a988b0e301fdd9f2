// An installation whose messages go over sockets into an SMS inbox, served by two processes, with the test's books on it.
import { expect } from "vitest";
import type { JsonObject } from "../../../engine/types.ts";
import { createHttpClient, createSmsProvider, type SmsInbox } from "../../../providers/index.ts";
import { httpRequestData } from "../../../runtime/flow/http-request.ts";
import { promptData } from "../../../runtime/flow/plan.ts";
import { createRuntime, type Row, type Runtime, type Store } from "../../../runtime/index.ts";
import { codeFields, codeStateOf, deviceSlot } from "../../../runtime/sms/code-slot.ts";
import { countGuess, guessCode } from "../../../runtime/sms/guess-code.ts";
import { Limits } from "../../../runtime/sms/limits.ts";
import { type CodeRequest, sendCode, subjectsOf } from "../../../runtime/sms/send-code.ts";
import { fakeEngine } from "../flow/fake-engine.ts";
import { sessionData } from "../flow/harness.ts";
import { SMS_DEVICE, SMS_STAGE } from "../stages/sms-installation.ts";
import { rerunningStore } from "../store/rerunning.ts";
import { Books, COOLDOWN, LIMITS, type Sender } from "./sms-books.ts";

type Device = Row<typeof SMS_DEVICE>;

/** What is looked at of the device in the making. */
interface Draft {
  readonly phone_number: string;
  readonly delivery: object | null;
  readonly throttling_failure_count: number;
}

const UNTOUCHED: Draft = { phone_number: "", delivery: null, throttling_failure_count: 0 };

/** One run of the flow after the other, for one user. */
interface Lane {
  readonly user: string;
  session: string | null;
  runs: number;
}

/** What the inbox does with a message. */
type Failure = "refused" | "broken";

/** The system under test. */
export class SmsScenario {
  readonly books = new Books();
  readonly lanes: Lane[] = [];
  readonly store: Store = rerunningStore();
  readonly inbox: SmsInbox;
  now = Date.parse("2026-03-01T12:00:00.000Z");
  enrolled = 0;
  logins = 0;
  #processes: readonly Runtime[] = [];
  #requests = 0;
  #codes = 100_000;
  readonly #failures: Failure[] = [];
  private constructor(inbox: SmsInbox) {
    this.inbox = inbox;
  }

  /** Two users, three lanes, one stage. */
  static async open(inbox: SmsInbox): Promise<SmsScenario> {
    inbox.clear();
    const scenario = new SmsScenario(inbox);
    await scenario.store.transaction((tx) => {
      for (const username of ["marie", "paul"]) tx.insert("authentik_core.user", { username });
      const { number, user, device, stage, guesses } = LIMITS;
      const { pk } = tx.insert(SMS_STAGE, {
        name: "sms",
        provider: "generic",
        from_number: "+1",
        account_sid: inbox.gatewayUrl,
        auth: "x",
        postern_resend_cooldown: `milliseconds=${COOLDOWN}`,
        postern_limits: {
          sends: {
            number: `${number}/hour`,
            user: `${user}/hour`,
            device: `${device}/hour`,
            stage: `${stage}/hour`,
          },
          guesses: { number: `${guesses}/hour`, user: null, device: null },
        },
      });
      const flow = { name: "f", slug: "enroll", title: "f", designation: "stage_configuration" } as const;
      const target = tx.insert("authentik_flows.flow", flow).pk;
      tx.insert("authentik_flows.flowstagebinding", { target, stage: pk, order: 0 });
    });
    await scenario.restart();
    for (const user of ["marie", "marie", "paul"]) {
      scenario.lanes.push({ user, session: null, runs: 0 });
      await scenario.begin(scenario.lanes.length - 1, undefined);
    }
    return scenario;
  }

  /** New processes on the same store: nothing that was in memory is left. */
  async restart(): Promise<void> {
    const http = createHttpClient({ allow: [{ host: "127.0.0.1", port: this.inbox.port, http: true }] });
    const process = (): Promise<Runtime> =>
      createRuntime({
        engine: fakeEngine(),
        store: this.store,
        clock: () => this.now,
        randomInt: () => this.#codes++,
        smsProvider: (config) => createSmsProvider(config, http),
      });
    this.#processes = [await process(), await process()];
  }

  /** Starts a flow in a lane, in the place of the one that was there; `phone` is known from an earlier prompt. */
  async begin(lane: number, phone: string | undefined): Promise<void> {
    const { user, runs } = this.#lane(lane);
    const context: JsonObject = phone === undefined ? {} : { prompt_data: { phone } };
    const { session } = await this.#process(0).executor.start("enroll", { user, context });
    Object.assign(this.#lane(lane), { session, runs: runs + 1 });
  }

  /** Has the next call of the provider fail: refused, or broken off after the request was taken. */
  failNext(failure: Failure): void {
    this.#failures.push(failure);
    this.inbox.failNext(failure === "refused" ? { status: 503 } : "reset");
  }

  /** A request of a lane's flow, sent `times` times at once to the processes by turns, under one id. */
  async request(
    index: number,
    process: number,
    times: number,
    data: { readonly phone_number?: string; readonly code?: string } | null,
  ): Promise<void> {
    const lane = this.#lane(index);
    const { session } = lane;
    if (session === null) return;
    const from: Sender = { by: `${index}:${lane.runs}`, purpose: "setup", user: lane.user };
    const before = await this.#flow(session);
    const devices = await this.devices();
    const http = { request_id: this.#requestId() };
    const request =
      data === null
        ? ({ method: "GET", http } as const)
        : ({ method: "POST", http, response: { data: { ...data }, form: false } } as const);
    const calls = await this.#watch(from, times, async (turn) => {
      try {
        const answer = await this.#process(process + turn).executor.request(session, request);
        if (answer.session === null) lane.session = null;
      } catch (error) {
        // The flow was finished by the same request in the other process.
        expect((error as Error).name).toBe("SessionNotFound");
      }
    });
    // A reload sends only where a number is known from before and nothing was sent yet; a code never does.
    const mayCall = data === null ? before.known && before.draft.delivery === null : "phone_number" in data;
    expect(calls).toBeLessThanOrEqual(mayCall ? 1 : 0);
    const after = lane.session === null ? undefined : await this.#flow(lane.session);
    const wrong = (after?.draft.throttling_failure_count ?? 0) - before.draft.throttling_failure_count;
    // Neither a new code nor another number resets the count, and only codes add to it.
    if (lane.session !== null) expect(wrong).toBeGreaterThanOrEqual(0);
    if (data?.code === undefined && lane.session !== null) expect(wrong).toBe(0);
    for (let count = 0; count < wrong; count += 1)
      this.books.wrong("setup", before.draft.phone_number, this.now);
    await this.#checkEnrolment(from, devices, data?.code);
  }

  /** Asks for a code to log in with a device, `times` times at once under one id. */
  async loginSend(index: number, process: number, times: number): Promise<void> {
    const device = (await this.devices())[index];
    if (device === undefined) return;
    const key = this.#requestId();
    const calls = await this.#watch(senderOf(device, this.lanes), times, async (turn) => {
      const { services } = this.#process(process + turn);
      await sendCode(services, await this.#login(device, process + turn, key));
    });
    expect(calls).toBeLessThanOrEqual(1);
    const [after] = (await this.devices()).filter(({ pk }) => pk === device.pk);
    expect(after?.throttling_failure_count).toBe(device.throttling_failure_count);
  }

  /** Gives a code to log in with a device, `times` times at once. */
  async loginCode(index: number, process: number, times: number, code: string): Promise<void> {
    const device = (await this.devices())[index];
    if (device === undefined) return;
    const { now, store } = this;
    const limits = new Limits(store);
    const subjects = subjectsOf(await this.#login(device, process, ""));
    let logins = 0;
    const guess = async (): Promise<void> => {
      const { accepted, counted } = await store.transaction((tx) => {
        const state = codeStateOf(tx.get(SMS_DEVICE, device.pk) as Device);
        const verified = guessCode(limits, tx, subjects, state, { code, now });
        countGuess(limits, tx, subjects, verified, now);
        tx.update(SMS_DEVICE, device.pk, codeFields(verified.next));
        return verified;
      });
      // Booked as each is answered: the code's second use is a wrong one, and may be the last that the limit lets pass.
      if (accepted) this.books.use(senderOf(device, this.lanes), device.phone_number, code, now);
      else if (counted) this.books.wrong("login", device.phone_number, now);
      if (accepted) logins += 1;
    };
    await Promise.all(Array.from({ length: times }, guess));
    expect(logins).toBeLessThanOrEqual(1);
    this.logins += logins;
  }

  /** The enrolled devices. */
  devices(): Promise<Device[]> {
    return this.store.read((tx) => tx.list(SMS_DEVICE));
  }

  /** Does something at once and books what it sent. Returns how often the provider was called. */
  async #watch(from: Sender, times: number, work: (turn: number) => Promise<void>): Promise<number> {
    const before = this.inbox.requests.length;
    await Promise.all(Array.from({ length: times }, (_, turn) => work(turn)));
    const requests = this.inbox.requests.slice(before);
    for (const { body } of requests) {
      const failure = this.#failures.shift();
      if (failure === "refused") continue;
      const { To: number, Body: token } = body as { To: string; Body: string };
      this.books.message(from, { number, token, at: this.now, certain: failure === undefined });
    }
    return requests.length;
  }

  /** A device that appeared has its number's own code behind it. */
  async #checkEnrolment(from: Sender, before: readonly Device[], code: string | undefined): Promise<void> {
    const devices = await this.devices();
    if (devices.length === before.length) return;
    expect(devices).toHaveLength(before.length + 1);
    expect(code).toBeDefined();
    const device = devices.at(-1) as Device;
    const owner = await this.store.read((tx) => tx.get("authentik_core.user", device.user));
    expect(owner?.username).toBe(from.user);
    expect(before.map(({ phone_number }) => phone_number)).not.toContain(device.phone_number);
    this.books.use(from, device.phone_number, code as string, this.now);
    this.enrolled += 1;
  }

  async #flow(session: string): Promise<{ readonly draft: Draft; readonly known: boolean }> {
    const { context } = (await sessionData(this.store, session)).plan;
    const draft: unknown = context["goauthentik.io/stages/authenticator_sms/sms_device"];
    return { draft: (draft ?? UNTOUCHED) as Draft, known: promptData(context).phone !== undefined };
  }

  #login(device: Device, process: number, requestKey: string): Promise<CodeRequest> {
    const slot = deviceSlot(this.#process(process).services.store, device.pk);
    return this.store.read((tx) => {
      const user = tx.get("authentik_core.user", device.user) ?? null;
      const [stage] = tx.list(SMS_STAGE);
      return {
        purpose: "login",
        stage,
        number: device.phone_number,
        device: { pk: device.pk, name: device.name },
        user,
        requestUser: user,
        http: httpRequestData(tx, {}),
        requestKey,
        fresh: true,
        slot,
      };
    });
  }

  #lane(index: number): Lane {
    return this.lanes[index % this.lanes.length] as Lane;
  }

  #process(turn: number): Runtime {
    return this.#processes[turn % this.#processes.length] as Runtime;
  }

  #requestId(): string {
    this.#requests += 1;
    return `request-${this.#requests}`;
  }
}

function senderOf(device: Device, lanes: readonly Lane[]): Sender {
  const user = device.user === 1 ? lanes[0] : lanes[2];
  return { by: `device:${device.pk}`, purpose: "login", user: (user as Lane).user };
}
