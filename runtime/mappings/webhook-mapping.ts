// Calls the webhook mapping of an SMS stage and checks what it may change.
import { ExpressionFailure } from "../../engine/errors.ts";
import type { Engine, EvaluateOptions, ExpressionError, JsonObject, JsonValue } from "../../engine/types.ts";
import { RuntimeError } from "../errors.ts";
import { sensitiveTexts } from "../events/cleanse.ts";
import type { EventLog } from "../events/event-log.ts";
import { type DeviceParts, smsMappingContext } from "../flow/expression-context.ts";
import type { HttpRequestData } from "../flow/http-request.ts";
import { isObject } from "../flow/plan.ts";
import { asExpressionError, exceptionView } from "../policies/expression-policy.ts";
import { numberTexts } from "../sms/phone-number.ts";
import { carries, linksIn } from "../sms/plain-texts.ts";
import type { Row, Store } from "../store/contract.ts";
import type { Person } from "../users/person.ts";
import { contractBreaches } from "./payload-contract.ts";

type SmsStage = Row<"authentik_stages_authenticator_sms.authenticatorsmsstage">;

/** What a mapping changes of a message. */
export interface MappedMessage {
  /** Twilio: replaces the text. */
  readonly text?: string;
  /** Generic: replaces the whole body; null sends none. */
  readonly payload?: JsonValue;
  /** A link that a user chose is in it. */
  readonly carriesLink?: boolean;
}

/** What a mapping is called about. */
export interface MappingCall {
  readonly stage: SmsStage;
  readonly device: DeviceParts;
  readonly user: Person | null;
  /** The user who sends the request. */
  readonly httpUser: Person | null;
  readonly http: HttpRequestData | null;
}

/** The mapping failed, and an event says how. Nothing was sent. */
export class MappingFailed extends RuntimeError {
  override readonly name: string = "MappingFailed";
  readonly mapping: string;
  readonly error: ExpressionError;
  constructor(mapping: string, error: ExpressionError) {
    super(`mapping ${JSON.stringify(mapping)} failed: ${error.type}: ${error.message}`);
    this.mapping = mapping;
    this.error = error;
  }
}

/** Runs webhook mappings. */
export class WebhookMappings {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #events: EventLog;
  readonly #options: () => EvaluateOptions;
  constructor(store: Store, engine: Engine, events: EventLog, options: () => EvaluateOptions = () => ({})) {
    this.#store = store;
    this.#engine = engine;
    this.#events = events;
    this.#options = options;
  }

  /** What the stage's mapping makes of the message; nothing where the stage has none. Throws {@link MappingFailed}. */
  async apply(call: MappingCall): Promise<MappedMessage> {
    const { mapping: pk } = call.stage;
    if (pk === null) return {};
    const found = await this.#store.read((tx) => {
      const mapping = tx.get("authentik_events.notificationwebhookmapping", pk);
      return mapping === undefined
        ? undefined
        : { mapping, context: smsMappingContext(tx, { ...call, mapping }) };
    });
    if (found === undefined) return {};
    const { name, expression } = found.mapping;
    let mapped: MappedMessage;
    try {
      const options = { ...this.#options(), sanitize: true };
      const value = await this.#engine.mapping(name, expression).evaluate(found.context, options);
      mapped = call.stage.provider === "twilio" ? twilioText(value) : { payload: value };
    } catch (error) {
      throw await this.#failed(found, error, call);
    }
    const sent = mapped.text === undefined ? (mapped.payload ?? null) : { message: mapped.text };
    await this.#holdToContract(found.mapping, sent, call);
    return carries(sent, linksIn(chosenByUsers(found.context))) ? { ...mapped, carriesLink: true } : mapped;
  }

  /** Throws {@link MappingFailed} where the stage's contract does not have all that would be sent. */
  async #holdToContract(
    { pk, name }: Row<"authentik_events.notificationwebhookmapping">,
    sent: JsonValue,
    { stage, user, http }: MappingCall,
  ): Promise<void> {
    if (stage.postern_payload === null) return;
    const fields = contractBreaches(stage.postern_payload, sent);
    if (fields.length === 0) return;
    await this.#events.create(
      "configuration_error",
      {
        message: "The mapping returns what the stage's postern_payload does not have; nothing was sent",
        stage: { pk: stage.pk, name: stage.name },
        mapping: { pk, name },
        fields,
      },
      { user, http, app: "authentik.stages.authenticator_sms" },
    );
    const message = `not in the stage's postern_payload: ${fields.join("; ")}`;
    throw new MappingFailed(name, { type: "PayloadContract", message, traceback: message });
  }

  async #failed(
    {
      mapping,
      context,
    }: {
      readonly mapping: Row<"authentik_events.notificationwebhookmapping">;
      readonly context: JsonObject;
    },
    error: unknown,
    call: MappingCall,
  ): Promise<MappingFailed> {
    const cause = error instanceof ExpressionFailure ? error.error : asExpressionError(error);
    const { traceback } = cause;
    // An exception's text may quote the code or the number it was given.
    const { token, phone_number } = call.device;
    const secrets = [token, ...numberTexts(phone_number), ...sensitiveTexts(context)];
    await this.#events.create(
      "property_mapping_exception",
      {
        expression: mapping.expression,
        message: traceback,
        mapping: { pk: mapping.pk, name: mapping.name },
        exception: await exceptionView(cause, "webhook"),
      },
      { user: call.user, http: call.http, app: "authentik.stages.authenticator_sms", secrets },
    );
    return new MappingFailed(mapping.name, cause);
  }
}

/** What of a mapping's variables users choose, as far as no honest message has a link of it (a host's name, say). */
function chosenByUsers({ user, request }: JsonObject): JsonValue {
  const person = (view: JsonValue | undefined): JsonValue => {
    if (!isObject(view)) return null;
    const { username = "", name = "", attributes = {} } = view;
    return [username, name, attributes];
  };
  const http = isObject(request) && isObject(request.http_request) ? request.http_request : {};
  const { user: sender, GET = null, POST = null } = http;
  return [person(user), person(sender), GET, POST];
}

/** Twilio takes the key `message` of a dictionary; anything but a dictionary is an error, as in authentik. */
function twilioText(value: JsonValue): MappedMessage {
  if (!isObject(value)) {
    const type = value === null ? "None" : Array.isArray(value) ? "a list" : typeof value;
    throw new TypeError(
      `the mapping returned ${type}; a Twilio stage needs a dictionary, as in return {"message": "…"}`,
    );
  }
  if (!Object.hasOwn(value, "message")) return {};
  if (typeof value.message !== "string" || value.message === "") {
    throw new TypeError('the key "message" of the mapping\'s result must be a text that is not empty');
  }
  return { text: value.message };
}
