// The stage's fields as the generic provider reads them: where the request goes, how it authenticates and is encoded.

import { z } from "zod";
import { type SmsProviderConfig, SmsSendError } from "../sms-provider.ts";

/** How to reach a generic gateway. */
export interface GenericConfig {
  readonly url: string;
  readonly from: string;
  readonly encoding: "json" | "form" | "text";
  /** Names in lower case; `authorization` among them unless there is none. */
  readonly headers: Readonly<Record<string, string>>;
}

const schema = z.object({
  from_number: z.string(),
  account_sid: z.string().refine((url) => URL.canParse(url), "must be the URL of the gateway"),
  auth: z.string(),
  auth_password: z.string().default(""),
  auth_type: z.enum(["basic", "bearer"], 'must be "basic" or "bearer"').default("basic"),
  encoding: z.enum(["json", "form", "text"], 'must be "json", "form" or "text"').default("json"),
  authorization: z.enum(["auth_type", "none"], 'must be "auth_type" or "none"').default("auth_type"),
  headers: z.record(z.string(), z.string()).default({}),
});

/**
 * Reads the fields. Basic credentials are encoded as UTF-8 (RFC 7617). In the values of `headers`, `{auth}` and
 * `{auth_password}` stand for the stage's fields of these names.
 *
 * @throws SmsSendError `configuration`, naming the field and never its value.
 */
export function readGenericConfig(config: SmsProviderConfig): GenericConfig {
  const result = schema.safeParse(config);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new SmsSendError(
      "configuration",
      `The SMS stage cannot use the generic provider: ${issues.join("; ")}.`,
      {
        hint: "For this provider, account_sid holds the URL that messages are posted to.",
      },
    );
  }
  const { account_sid, from_number, auth, auth_password, encoding, authorization } = result.data;
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(result.data.headers)) {
    const lower = name.toLowerCase();
    if (Object.hasOwn(headers, lower)) {
      throw refusal(`the header "${lower}" stands twice`, "Keep one of them.");
    }
    headers[lower] = value.replaceAll(/\{(auth|auth_password)\}/gu, (_, field) =>
      field === "auth" ? auth : auth_password,
    );
  }
  if (authorization !== "none") {
    if (Object.hasOwn(headers, "authorization")) {
      throw refusal(
        "there are two Authorization headers",
        "Leave out the header, or have auth_type not make one (authorization: none).",
      );
    }
    headers.authorization = authorizationOf(result.data.auth_type, auth, auth_password);
  }
  return { url: account_sid, from: from_number, encoding, headers };
}

function authorizationOf(type: "basic" | "bearer", auth: string, password: string): string {
  if (type === "basic") return `Basic ${Buffer.from(`${auth}:${password}`, "utf8").toString("base64")}`;
  if (!/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/u.test(auth)) {
    throw new SmsSendError("configuration", "The SMS stage's auth field cannot be sent as a bearer token.", {
      hint: "A bearer token is made of visible ASCII characters; check for a line break at its end.",
    });
  }
  return `Bearer ${auth}`;
}

function refusal(what: string, hint: string): SmsSendError {
  return new SmsSendError("configuration", `The SMS stage cannot use the generic provider: ${what}.`, {
    hint,
  });
}
