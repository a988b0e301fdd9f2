// `strftime` of `date`, `time` and `datetime`: `%z`, `%:z`, `%Z` and `%f` are theirs, the rest is `time.strftime`'s.
import { encode } from "../codecs.ts";
import { typeError } from "../exceptions.ts";
import { method2 } from "../function.ts";
import type { PyValue } from "../object.ts";
import { asStr } from "../object.ts";
import { offsetText, PyDate, PyDateTime, type PyTime, tzname, utcoffset } from "./datetime-objects.ts";
import { digits } from "./datetime-timedelta.ts";
import { checkedFields, timeFields, timeText } from "./time-arguments.ts";

/**
 * Text of an object.
 *
 * @param timetuple what the rest of the format is filled from
 * @param when what the zone is asked about: the datetime, or None for a time
 */
export function formatTime(object: PyDate | PyTime, text: string, timetuple: PyValue, when: PyValue): string {
  encode(text);
  const zone = object instanceof PyDate && !(object instanceof PyDateTime) ? null : (object as PyTime).zone;
  const end = text.indexOf("\0");
  const format = (end < 0 ? text : text.slice(0, end)).replace(/%(:z|[\s\S])/g, (whole, letter: string) => {
    switch (letter) {
      case "z":
      case ":z": {
        const offset = utcoffset(zone, when);
        return offset === null ? "" : offsetText(offset, letter === "z" ? "" : ":");
      }
      case "Z":
        return zoneName(tzname(zone, when));
      case "f":
        return digits("microsecond" in object ? object.microsecond : 0, 6);
      default:
        return whole;
    }
  });
  return timeText(format, checkedFields(timeFields(timetuple, "strftime")));
}

/** A zone's name as part of a format; a text of the author's class escapes itself. */
function zoneName(name: PyValue): string {
  if (name === null) return "";
  const escaped = typeof name === "string" ? name.replaceAll("%", "%%") : method2(name, "replace", "%", "%%");
  const text = asStr(escaped);
  if (text === undefined) throw typeError("tzname.replace() did not return a string");
  return text;
}
