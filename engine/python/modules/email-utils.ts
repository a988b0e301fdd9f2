// The module `email.utils`: dates and addresses of mail headers.
import { getAttribute } from "../attribute.ts";
import { latin1Text } from "../bytes.ts";
import { encode } from "../codecs.ts";
import {
  NotImplementedError,
  PyException,
  pyError,
  typeError,
  UnicodeEncodeError,
  valueError,
} from "../exceptions.ts";
import { call, method, method0, method1 } from "../function.ts";
import { collect, unpack } from "../iterator.ts";
import { defineModule, importFrom } from "../module.ts";
import { asStr, type PyValue, typeName } from "../object.ts";
import { add, getItem, mod, ne, sub, truth } from "../operators.ts";
import { str } from "../representation.ts";
import { list, PyList, tuple } from "../sequence.ts";
import { PySlice } from "../types/slice.ts";
import { base64Encode } from "./binascii.ts";
import { datetimeType, timezoneType } from "./datetime-objects.ts";
import { timedeltaType } from "./datetime-timedelta.ts";
import { utc } from "./datetime-zone.ts";
import {
  type Address,
  checkedField,
  expectedAddresses,
  quote,
  readAddresses,
  withoutBroken,
} from "./email-address.ts";
import { type MailDate, readMailDate } from "./email-date.ts";
import { pythonFunctions } from "./python-function.ts";
import { MONTHS, WEEKDAYS } from "./time-format.ts";

// ---- dates ---------------------------------------------------------------------------------------

function mailDate(data: PyValue): MailDate | undefined {
  if (!truth(data)) return undefined;
  const words = collect(method0(data, "split"));
  return words.length === 0 ? undefined : readMailDate(words.map(str));
}
function parsedateTz(data: PyValue): PyValue[] | null {
  const date = mailDate(data);
  return date === undefined ? null : [...date.fields, 0, 1, -1, date.offset ?? 0];
}
const days = list([...WEEKDAYS.slice(1), WEEKDAYS[0]].map((name) => name.slice(0, 3)));
const months = list(MONTHS.map((name) => name.slice(0, 3)));

function formatDatetime(when: PyValue, usegmt: PyValue = false): PyValue {
  const now = method0(when, "timetuple");
  let zone: PyValue;
  const tzinfo = getAttribute(when, "tzinfo");
  if (truth(usegmt)) {
    if (tzinfo === null || truth(ne(tzinfo, utc))) throw valueError("usegmt option requires a UTC datetime");
    zone = "GMT";
  } else zone = tzinfo === null ? "-0000" : method1(when, "strftime", "%z");
  const part = (at: number): PyValue => getItem(now, at);
  return mod(
    "%s, %02d %s %04d %02d:%02d:%02d %s",
    tuple([
      getItem(days, part(6)),
      part(2),
      getItem(months, sub(part(1), 1)),
      part(0),
      part(3),
      part(4),
      part(5),
      zone,
    ]),
  );
}

// ---- addresses -----------------------------------------------------------------------------------

const pair = ([name, address]: Address): PyValue => tuple([name, address]);
const nobody = (): PyValue => pair(["", ""]);
/** Addresses of a field that was not checked. */
function tolerant(field: PyValue): Address[] {
  if (!truth(field)) return [];
  const text = asStr(field);
  if (text === undefined) throw typeError(`object of type '${typeName(field)}' has no len()`);
  return readAddresses(text);
}

/** Charsets whose names go into headers as quoted-printable text. */
const QUOTED = /^(?:iso-8859-(?:[1-49]|1[03-6])|windows-1252|viscii)$/;
const SAFE = /[-!*+/A-Za-z0-9 ]/;
/** A text as a header has it (RFC 2047). */
function encodedWord(text: string, charset: string): string {
  const name = charset.toLowerCase() === "utf8" ? "utf-8" : charset.toLowerCase();
  const bytes = encode(text, name, "strict");
  if (name !== "utf-8" && !QUOTED.test(name)) {
    throw pyError(
      NotImplementedError,
      `formataddr: the charset '${charset}' is not available in an expression; use 'utf-8'`,
    );
  }
  const quoted = Array.from(bytes, (byte) => {
    const char = String.fromCharCode(byte);
    if (!SAFE.test(char)) return `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    return char === " " ? "_" : char;
  }).join("");
  const encoded = latin1Text(base64Encode(bytes, false));
  if (name === "utf-8" && encoded.length < quoted.length) return `=?${name}?b?${encoded}?=`;
  return `=?${name}?q?${quoted}?=`;
}

function formataddr(given: PyValue, charset: PyValue = "utf-8"): PyValue {
  const [name, address] = unpack(given, 2) as [PyValue, PyValue];
  method1(address, "encode", "ascii");
  if (!truth(name)) return address;
  try {
    method1(name, "encode", "ascii");
  } catch (error) {
    if (!(error instanceof PyException && error.cls.isSubtype(UnicodeEncodeError))) throw error;
    const text = asStr(charset);
    const encoded =
      text === undefined ? method1(charset, "header_encode", name) : encodedWord(str(name), text);
    return mod("%s <%s>", tuple([encoded, address]));
  }
  const text = str(name);
  const quotes = /[\][\\()<>@,:;".]/.test(text) ? '"' : "";
  return `${quotes}${quote(text)}${quotes} <${str(address)}>`;
}

function missing(name: string, why: string): () => never {
  return () => {
    throw pyError(NotImplementedError, `email.utils.${name} is not available in an expression: ${why}`);
  };
}
const NO_PARAMETERS = "nothing in it reads the parameters of MIME headers";

const functions = pythonFunctions({
  "quote(str)": (text: PyValue) => quote(str(text)),
  "unquote(str)": (value: PyValue) => {
    const text = asStr(value);
    if (text === undefined || text.length < 2) return value;
    if (text.startsWith('"') && text.endsWith('"'))
      return text.slice(1, -1).replaceAll("\\\\", "\\").replaceAll('\\"', '"');
    return text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : value;
  },
  "formatdate(timeval=None, localtime=False, usegmt=False)": (
    timeval: PyValue = null,
    localtime: PyValue = false,
    usegmt: PyValue = false,
  ) => {
    const time = timeval ?? call(importFrom("time", "time", 0), [], null);
    let when = call(getAttribute(datetimeType, "fromtimestamp"), [time, utc], null);
    if (truth(localtime)) return formatDatetime(method0(when, "astimezone"), false);
    if (!truth(usegmt)) when = method(when, "replace", [], new Map([["tzinfo", null]]));
    return formatDatetime(when, usegmt);
  },
  "format_datetime(dt, usegmt=False)": formatDatetime,
  "parsedate(data)": (data: PyValue) => {
    const parsed = parsedateTz(data);
    return parsed === null ? null : tuple(parsed.slice(0, 9));
  },
  "parsedate_tz(data)": (data: PyValue) => {
    const parsed = parsedateTz(data);
    return parsed === null ? null : tuple(parsed);
  },
  "parsedate_to_datetime(data)": (data: PyValue) => {
    const date = mailDate(data);
    if (date === undefined) throw valueError(`Invalid date value or format "${str(data)}"`);
    const zone =
      date.offset === null ? null : call(timezoneType, [call(timedeltaType, [0, date.offset], null)], null);
    return call(datetimeType, [...date.fields], zone === null ? null : new Map([["tzinfo", zone]]));
  },
  "mktime_tz(data)": (data: PyValue) => {
    const offset = getItem(data, 9);
    if (offset !== null) return sub(call(importFrom("calendar", "timegm", 0), [data], null), offset);
    const local = add(getItem(data, new PySlice(null, 8, null)), tuple([-1]));
    return call(importFrom("time", "mktime", 0), [local], null);
  },
  "parseaddr(addr, *, strict=True)": (given: PyValue, strict: PyValue = true) => {
    if (!truth(strict)) {
      const [first] = tolerant(given);
      return first === undefined ? nobody() : pair(first);
    }
    const text = asStr(given instanceof PyList ? getItem(given, 0) : given);
    if (text === undefined) return nobody();
    const [first, second] = withoutBroken(tolerant(checkedField(text)));
    return first === undefined || second !== undefined ? nobody() : pair(first);
  },
  "getaddresses(fieldvalues, *, strict=True)": (values: PyValue, strict: PyValue = true) => {
    const fields = collect(values).map(str);
    if (!truth(strict)) return list(tolerant(fields.join(", ")).map(pair));
    const checked = fields.map(checkedField);
    const found = withoutBroken(tolerant(checked.join(", ")));
    const expected = checked.reduce((sum, field) => sum + expectedAddresses(field), 0);
    return list(found.length === expected ? found.map(pair) : [nobody()]);
  },
  "formataddr(pair, charset='utf-8')": formataddr,
  "make_msgid(idstring=None, domain=None)": missing(
    "make_msgid",
    "it is made of the host's name and the process's number",
  ),
  "decode_rfc2231(s)": missing("decode_rfc2231", NO_PARAMETERS),
  "encode_rfc2231(s, charset=None, language=None)": missing("encode_rfc2231", NO_PARAMETERS),
  "decode_params(params)": missing("decode_params", NO_PARAMETERS),
  "collapse_rfc2231_value(value, errors='replace', fallback_charset='us-ascii')": missing(
    "collapse_rfc2231_value",
    NO_PARAMETERS,
  ),
});

export const emailUtils = defineModule("email.utils", { values: functions });
