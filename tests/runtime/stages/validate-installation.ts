// An installation whose flow "login" asks for a second factor, for the tests of the validation stage.
import type { JsonObject } from "../../../engine/types.ts";
import type { FlowAnswer, NewRow, Row } from "../../../runtime/index.ts";
import type { Installation, Sent } from "../flow/harness.ts";
import { installSms, SMS_DEVICE, type SmsInstallation } from "./sms-installation.ts";

export const VALIDATE = "authentik_stages_authenticator_validate.authenticatorvalidatestage";

/** The text of a wrong code. */
export const INVALID_TOKEN = {
  code: [
    {
      string: "Invalid Token. Please ensure the time on your device is accurate and try again.",
      code: "invalid",
    },
  ],
};

/** One browser in the flow "login", as HTTP would serve it. */
export class Browser {
  readonly #at: Installation;
  #answer: FlowAnswer;
  readonly cookies: { [name: string]: string } = {};
  constructor(at: Installation, answer: FlowAnswer) {
    this.#at = at;
    this.#answer = answer;
  }
  get answer(): FlowAnswer {
    return this.#answer;
  }
  get(): Promise<FlowAnswer> {
    return this.#request({ method: "GET" });
  }
  post(data: JsonObject): Promise<FlowAnswer> {
    return this.#request({ method: "POST", response: { data, form: false } });
  }
  async #request(
    request: Parameters<Installation["runtime"]["executor"]["request"]>[1],
  ): Promise<FlowAnswer> {
    const { session } = this.#answer;
    if (session === null) throw new Error("the flow has ended");
    this.#answer = await this.#at.runtime.executor.request(session, { ...request, cookies: this.cookies });
    for (const { name, value } of this.#answer.cookies ?? []) this.cookies[name] = value;
    return this.#answer;
  }
}

export interface ValidateInstallation extends SmsInstallation {
  readonly validate: Row<typeof VALIDATE>;
  readonly binding: Row<"authentik_flows.flowstagebinding">;
  /** Begins the flow for marie, or for the pending user of the context, and asks for its first challenge. */
  open(context?: JsonObject, at?: Installation): Promise<Browser>;
  /** A confirmed device of marie. */
  device(fields?: Partial<NewRow<typeof SMS_DEVICE>>): Promise<Row<typeof SMS_DEVICE>>;
  row(pk: number): Promise<Row<typeof SMS_DEVICE>>;
  lastSent(): Sent;
}

/** Sets it up; `fields` go over the validation stage's. */
export async function installValidate(
  fields: Partial<NewRow<typeof VALIDATE>> = {},
  flow: Partial<NewRow<"authentik_flows.flow">> = { designation: "authentication" },
): Promise<ValidateInstallation> {
  const sms = await installSms({ friendly_name: "Text message" });
  const { at, stage, marie } = sms;
  const validate = await at.add(VALIDATE, { name: "mfa", device_classes: ["sms"], ...fields });
  const { bindings } = await at.flow("login", [validate], flow);
  return {
    ...sms,
    validate,
    binding: bindings[0],
    async open(context = { pending_user: { pk: marie.pk } }, on = at) {
      const browser = new Browser(on, await on.runtime.executor.start("login", { context }));
      if (browser.answer.session !== null) await browser.get();
      return browser;
    },
    device: (device = {}) =>
      at.add(SMS_DEVICE, {
        user: marie.pk,
        stage: stage.pk,
        phone_number: "+12025550173",
        name: "SMS Device",
        ...device,
      }),
    async row(pk) {
      const found = await at.store.read((tx) => tx.get(SMS_DEVICE, pk));
      if (found === undefined) throw new Error(`there is no device ${pk}`);
      return found;
    },
    lastSent() {
      const sent = at.sent.at(-1);
      if (sent === undefined) throw new Error("nothing was sent");
      return sent;
    },
  };
}

/** The `selected_challenge` of a device. */
export function selection(pk: number | string, fields: JsonObject = {}): JsonObject {
  return {
    selected_challenge: {
      device_class: "sms",
      device_uid: String(pk),
      challenge: {},
      last_used: null,
      ...fields,
    },
  };
}
