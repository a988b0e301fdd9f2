// Clients who enrol phones, and the books on what they were told.
import { expect } from "vitest";
import { createSmsInbox, type SmsInbox } from "../../../providers/index.ts";
import type { FlowAnswer, Store } from "../../../runtime/index.ts";
import { SMS_DEVICE, SMS_STAGE } from "../stages/sms-installation.ts";
import { Refused, type Service } from "./service.ts";

/** The long run (`npm run faults`) instead of the one that is part of `npm test`. */
export const IS_LONG = process.env.POSTERN_FAULTS === "long";

/** How an enrolment ended, as its client knows. */
type End =
  /** The client was told that the phone is enrolled. */
  | "acknowledged"
  /** The answer was lost with the process; asked again, the flow was over: it had ended before. */
  | "over"
  /** A process died while the message went out. Nobody repeats that; the user would ask for another one. */
  | "abandoned";

interface Enrolment {
  readonly number: string;
  readonly end: End;
  readonly session: string;
  readonly code: string;
}

/** An SMS inbox, an installation that sends to it, and clients. */
export class Books {
  readonly inbox: SmsInbox;
  readonly enrolments: Enrolment[] = [];
  #numbers = 0;
  private constructor(inbox: SmsInbox) {
    this.inbox = inbox;
  }

  static async open(): Promise<Books> {
    return new Books(await createSmsInbox());
  }

  /** Puts users, stage and flow into a store. */
  async install(store: Store): Promise<void> {
    const none = { device: null, number: null, user: null, address: null };
    await store.transaction((tx) => {
      for (const username of ["marie", "paul"]) tx.insert("authentik_core.user", { username });
      const stage = tx.insert(SMS_STAGE, {
        name: "sms",
        provider: "generic",
        from_number: "+1",
        account_sid: this.inbox.gatewayUrl,
        auth: "x",
        postern_limits: { sends: { ...none, stage: null }, guesses: none },
      });
      const flow = { name: "f", slug: "enroll", title: "f", designation: "stage_configuration" } as const;
      const target = tx.insert("authentik_flows.flow", flow).pk;
      tx.insert("authentik_flows.flowstagebinding", { target, stage: stage.pk, order: 0 });
    });
  }

  /** Enrols phones, some at a time. */
  async enrol(service: Service, count: number, atOnce: number): Promise<void> {
    let left = count;
    const client = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        this.enrolments.push(await this.#one(service));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, client));
  }

  async #one(service: Service): Promise<Enrolment> {
    this.#numbers += 1;
    const number = `+1202555${String(this.#numbers).padStart(4, "0")}`;
    const started = await service.ask({ user: "marie" });
    const session = started.session as string;
    const shown = await service.ask({ session });
    expect(shown.challenge, JSON.stringify(shown.challenge)).toMatchObject({
      component: "ak-stage-authenticator-sms",
    });
    const sent = await service.ask({ session, data: { phone_number: number } });
    if (errorsOf(sent) !== undefined) return { number, session, code: "", end: "abandoned" };
    const code = this.#messages(number).at(-1)?.code as string;
    const before = service.repeated;
    try {
      const answer = await service.ask({ session, data: { code } });
      expect(answer).toMatchObject({ session: null, challenge: { component: "xak-flow-redirect" } });
      return { number, session, code, end: "acknowledged" };
    } catch (error) {
      // Only who had to ask twice may find that the flow is over.
      if (!(error instanceof Refused) || error.name !== "SessionNotFound" || service.repeated === before)
        throw error;
      return { number, session, code, end: "over" };
    }
  }

  /** Holds the store, and the processes' answers, against the books. */
  async audit(store: Store, service: Service): Promise<void> {
    const devices = await store.read((tx) => tx.list(SMS_DEVICE));
    const numbers = devices.map((device) => device.phone_number);
    const enrolled = this.enrolments.filter(({ end }) => end !== "abandoned");
    // Every acknowledged device is there, each number once, and no device that nobody enrolled.
    expect(numbers.toSorted()).toEqual(enrolled.map(({ number }) => number).toSorted());
    expect(new Set(devices.map((device) => device.pk)).size).toBe(devices.length);
    // One message for each request to send one, whatever died and was asked again.
    for (const { number } of this.enrolments) expect(this.#messages(number).length).toBeLessThanOrEqual(1);
    for (const { number } of enrolled) expect(this.#messages(number)).toHaveLength(1);
    // A code that was accepted is not accepted again, and a number that is taken cannot be taken.
    for (const { session, code, number } of enrolled.slice(-5)) {
      const again = await service.ask({ session, data: { code } }).catch((error: unknown) => error);
      expect(again).toMatchObject({ name: "SessionNotFound" });
      const other = (await service.ask({ user: "paul" })).session as string;
      const refused = await service.ask({ session: other, data: { phone_number: number } });
      expect(errorsOf(refused)).toMatchObject({ non_field_errors: [{ string: "Invalid phone number" }] });
    }
  }

  #messages(number: string): readonly { readonly code: string | undefined }[] {
    return this.inbox.messages.filter(({ to }) => to === number);
  }
}

function errorsOf(answer: FlowAnswer): object | undefined {
  const errors = answer.challenge?.response_errors as object | undefined;
  return errors === undefined || Object.keys(errors).length === 0 ? undefined : errors;
}
