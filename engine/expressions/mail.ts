// `ak_send_email`: the rules are authentik's, the sending is the embedder's.
import { PyDict } from "../python/dict.ts";
import { exceptionTypes, ValueError, valueError } from "../python/exceptions.ts";
import { collect } from "../python/iterator.ts";
import { asStr, type PyType, type PyValue } from "../python/object.ts";
import { truth } from "../python/operators.ts";
import { log } from "../python/output.ts";
import { caught } from "../python/raising.ts";
import { str } from "../python/representation.ts";
import { toJson } from "./boundary.ts";
import { askHost } from "./capabilities.ts";
import { PyRecord } from "./models/record.ts";

const style = { sanitize: false, strict: false };

/** One address or a list of them. */
function addresses(value: PyValue): string[] {
  if (!truth(value)) return [];
  const one = asStr(value);
  return one === undefined ? collect(value).map(str) : [one];
}

/** What a template sees: the run's variables, and over them the context that was given. */
function templateContext(vars: ReadonlyMap<string, PyValue>, given: PyValue): PyDict {
  const context = new PyDict();
  for (const [name, value] of vars) context.set(name, value);
  if (given instanceof PyDict) for (const [name, value] of given.entries()) context.set(name, value);
  return context;
}

/** Problems with mail that authentik answers with False; the embedder names its errors so. */
function isMailProblem(type: PyType): boolean {
  return type.isSubtype(ValueError) || type.isSubtype(exceptionTypes.get("ConnectionError") as PyType);
}

/** `ak_send_email(address, subject, body, stage, template, context, cc, bcc)`: true when it was taken to be sent. */
export function sendEmail(
  vars: ReadonlyMap<string, PyValue>,
  address: PyValue,
  subject: PyValue,
  body: PyValue = null,
  stage: PyValue = null,
  template: PyValue = null,
  context: PyValue = null,
  cc: PyValue = null,
  bcc: PyValue = null,
): PyValue {
  if (truth(body) && truth(template)) throw valueError("body and template parameters are mutually exclusive");
  if (!truth(body) && !truth(template)) {
    throw valueError("Either body or template parameter must be provided");
  }
  const text = (value: PyValue): string | null => (value === null ? null : str(value));
  const mail = {
    to: addresses(address),
    cc: addresses(cc),
    bcc: addresses(bcc),
    subject: str(subject),
    body: template === null ? text(body) : null,
    template: text(template),
    stage: stage instanceof PyRecord ? str(stage.get("name")) : text(stage),
  };
  const shown = template === null ? "null" : toJson(templateContext(vars, context), style);
  try {
    return (
      askHost("ak_send_email", "email.send", `${JSON.stringify(mail).slice(0, -1)},"context":${shown}}`) ===
      true
    );
  } catch (error) {
    const exception = caught(error);
    if (!isMailProblem(exception.cls)) throw error;
    log("warning", "Failed to send email", JSON.stringify({ exc: str(exception) }));
    return false;
  }
}
