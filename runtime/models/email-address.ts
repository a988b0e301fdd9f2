// Which texts are e-mail addresses: one answer for forms, users and the management API, so that what a form takes can be kept.
import { domainToASCII } from "node:url";

const LONGEST = 320;
const LOCAL = /^[-!#$%&'*+/=?^_`{}|~0-9A-Z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9A-Z]+)*$/i;
const DOMAIN = /^(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+[A-Z0-9-]{2,63}(?<!-)$/i;
/** Names of hosts in any script. */
const INTERNATIONAL = /^[-.0-9A-Z\u0080-\u{10ffff}]+$/iu;

/** Whether a text is an e-mail address, as Django sees it; names in quotes and numeric hosts are none. */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  const domain = text.slice(at + 1);
  return (
    text.length <= LONGEST &&
    at > 0 &&
    LOCAL.test(text.slice(0, at)) &&
    (domain === "localhost" || DOMAIN.test(domain) || isInternational(domain))
  );
}

function isInternational(domain: string): boolean {
  return INTERNATIONAL.test(domain) && DOMAIN.test(domainToASCII(domain));
}
