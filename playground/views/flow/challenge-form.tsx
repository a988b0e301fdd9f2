// A challenge as its user sees it: a form for each of authentik's components.
import type {
  JsonObject,
  JsonValue,
  PromptField,
  TrialChallenge,
} from "../../../server/playground/trial-api.ts";
import type { MessageName } from "../../messages.ts";
import { t } from "../../state.ts";
import { Field } from "./prompt-fields.tsx";
import { errorsOf, promptFields, promptResponse } from "./response.ts";

interface Props {
  readonly challenge: TrialChallenge;
  /** Answers the challenge. */
  readonly respond: (response: JsonObject) => void;
}

/** The form, or the end that the challenge is. */
export function ChallengeForm({ challenge, respond }: Props) {
  const form = (fields: readonly PromptField[], button: MessageName = "continue") => (
    <Form challenge={challenge} fields={fields} respond={respond} button={t(button)} />
  );
  switch (challenge.component) {
    case "xak-flow-redirect":
      return (
        <p class="alert alert_good">
          {t("finishedTo")} <code>{text(challenge.to)}</code>
        </p>
      );
    case "ak-stage-access-denied":
      return (
        <p class="alert alert_danger" role="alert">
          <strong>{t("deniedWord")}</strong> {text(challenge.error_message)}
        </p>
      );
    case "ak-stage-flow-error":
      return (
        <p class="alert alert_danger" role="alert">
          {text(challenge.error)}
        </p>
      );
    case "ak-stage-prompt":
      return form(promptFields(challenge));
    case "ak-stage-authenticator-sms":
      if (challenge.phone_number_required === true) return form([phoneNumber()], "sendCode");
      return (
        <>
          {form([code()])}
          <SendAgain respond={respond} />
        </>
      );
    case "ak-stage-identification":
      return form(challenge.password_fields === true ? [identifier(), password()] : [identifier()]);
    case "ak-stage-password":
      return form([password()]);
    case "ak-stage-user-login":
      return form([field("remember_me", "rememberMe", "checkbox")]);
    case "ak-stage-dummy":
      return form([]);
    case "ak-stage-authenticator-validate": {
      const isSetUp = objects(challenge.configuration_stages).length > 0;
      return (
        <>
          <Choices challenge={challenge} respond={respond} />
          {isSetUp ? <Errors challenge={challenge} fields={[]} /> : form([code()])}
        </>
      );
    }
  }
  return (
    <>
      <p class="fault">{t("unknownComponent", { component: challenge.component })}</p>
      <pre>{JSON.stringify(challenge, null, 2)}</pre>
    </>
  );
}

/** A field whose label is the page's own. */
function field(field_key: string, label: MessageName, type: string): PromptField {
  const nothing = { placeholder: "", initial_value: "", sub_text: "", choices: null };
  return { field_key, label: t(label), type, required: type !== "checkbox", ...nothing };
}
const phoneNumber = (): PromptField => field("phone_number", "phoneNumber", "tel");
const code = (): PromptField => field("code", "code", "code");
const identifier = (): PromptField => field("uid_field", "uidField", "username");
const password = (): PromptField => field("password", "password", "password");

/** Not validated by the browser: what the flow says to a wrong answer is what one is here for. */
function Form({
  challenge,
  fields,
  respond,
  button,
}: Props & { fields: readonly PromptField[]; button: string }) {
  const errors = errorsOf(challenge);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void promptResponse(fields, new FormData(event.currentTarget)).then(respond);
      }}
    >
      <Errors challenge={challenge} fields={fields} />
      {fields.map((each) => (
        <Field key={each.field_key} field={each} errors={errors.get(each.field_key) ?? []} />
      ))}
      <button type="submit" class="primary">
        {button}
      </button>
    </form>
  );
}

/** Errors that stand at none of the form's fields. */
function Errors({ challenge, fields }: { challenge: TrialChallenge; fields: readonly PromptField[] }) {
  const keys = new Set(fields.map(({ field_key }) => field_key));
  const others = [...errorsOf(challenge)].filter(([key]) => !keys.has(key)).flatMap(([, errors]) => errors);
  return others.length === 0 ? null : (
    <p class="fault" role="alert">
      {others.join(" ")}
    </p>
  );
}

/** Asks for the code once more: for the same number, or for another one. */
function SendAgain({ respond }: Pick<Props, "respond">) {
  return (
    <form
      class="row"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void promptResponse([phoneNumber()], new FormData(event.currentTarget)).then(respond);
      }}
    >
      <Field field={phoneNumber()} errors={[]} />
      <button type="submit">{t("sendAgain")}</button>
    </form>
  );
}

/** The devices to send a code to, and the stages to set one up with. */
function Choices({ challenge, respond }: Props) {
  return (
    <ul class="choices">
      {objects(challenge.device_challenges).map((device) => {
        const { phone_number: number } = (device.challenge ?? {}) as JsonObject;
        return (
          <li key={text(device.device_uid)}>
            <button type="button" onClick={() => respond({ selected_challenge: device })}>
              {t("useDevice", { number: text(number) })}
            </button>
          </li>
        );
      })}
      {objects(challenge.configuration_stages).map((stage) => (
        <li key={text(stage.pk)}>
          <button type="button" onClick={() => respond({ selected_stage: stage.pk ?? null })}>
            {t("setUpDevice", { name: text(stage.name) })}
          </button>
        </li>
      ))}
    </ul>
  );
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}
