// The stage's fields as the generic provider reads them: where the request goes and how it authenticates.

import { z } from "zod";
import { type SmsProviderConfig, SmsSendError } from "../sms-provider.ts";

/** How to reach a generic gateway. */
export interface GenericConfig {
  readonly url: string;
  readonly from: string;
  /** Value of the `Authorization` header. */
  readonly authorization: string;
}

const schema = z.object({
  from_number: z.string(),
  account_sid: z.string().refine((url) => URL.canParse(url), "must be the URL of the gateway"),
  auth: z.string(),
  auth_password: z.string().default(""),
  auth_type: z.enum(["basic", "bearer"], 'must be "basic" or "bearer"').default("basic"),
});

/**
 * Reads the fields. Basic credentials are encoded as UTF-8 (RFC 7617).
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
  const { account_sid, from_number, auth, auth_password, auth_type } = result.data;
  if (auth_type === "basic") {
    const credentials = Buffer.from(`${auth}:${auth_password}`, "utf8").toString("base64");
    return { url: account_sid, from: from_number, authorization: `Basic ${credentials}` };
  }
  if (!/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/u.test(auth)) {
    throw new SmsSendError("configuration", "The SMS stage's auth field cannot be sent as a bearer token.", {
      hint: "A bearer token is made of visible ASCII characters; check for a line break at its end.",
    });
  }
  return { url: account_sid, from: from_number, authorization: `Bearer ${auth}` };
}
