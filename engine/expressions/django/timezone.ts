// `django.utils.timezone`, in authentik's time zone, UTC.
import { getAttribute } from "../../python/attribute.ts";
import { valueError } from "../../python/exceptions.ts";
import { call, method, method0, method1 } from "../../python/function.ts";
import { defineModule, importModule } from "../../python/module.ts";
import { datetimeType, timezoneType, tzinfoType } from "../../python/modules/datetime-objects.ts";
import { timedeltaType } from "../../python/modules/datetime-timedelta.ts";
import { pythonFunctions } from "../../python/modules/python-function.ts";
import type { PyValue } from "../../python/object.ts";
import { str } from "../../python/representation.ts";
import "../../python/modules/datetime.ts";
import "../../python/modules/zoneinfo.ts";

const utc = (): PyValue => getAttribute(timezoneType, "utc");
const zone = (): PyValue => call(getAttribute(importModule("zoneinfo", true), "ZoneInfo"), ["UTC"], null);
const now = (): PyValue => call(getAttribute(datetimeType, "now"), [utc()], null);
const isAware = (value: PyValue): boolean => method0(value, "utcoffset") !== null;
const replaced = (value: PyValue, tzinfo: PyValue): PyValue =>
  method(value, "replace", [], new Map([["tzinfo", tzinfo]]));

function localtime(value: PyValue = null, timezone: PyValue = null): PyValue {
  const moment = value ?? now();
  if (!isAware(moment)) throw valueError("localtime() cannot be applied to a naive datetime");
  return method1(moment, "astimezone", timezone ?? zone());
}

defineModule("django.utils.timezone", {
  values: {
    datetime: datetimeType,
    timedelta: timedeltaType,
    timezone: timezoneType,
    tzinfo: tzinfoType,
    ...pythonFunctions({
      "now()": now,
      "get_default_timezone()": zone,
      "get_current_timezone()": zone,
      "get_default_timezone_name()": () => "UTC",
      "get_current_timezone_name()": () => "UTC",
      "is_aware(value)": isAware,
      "is_naive(value)": (value: PyValue) => !isAware(value),
      "make_aware(value, timezone=None)": (value: PyValue, timezone: PyValue = null) => {
        if (isAware(value)) throw valueError(`make_aware expects a naive datetime, got ${str(value)}`);
        return replaced(value, timezone ?? zone());
      },
      "make_naive(value, timezone=None)": (value: PyValue, timezone: PyValue = null) => {
        if (!isAware(value)) throw valueError("make_naive() cannot be applied to a naive datetime");
        return replaced(method1(value, "astimezone", timezone ?? zone()), null);
      },
      "localtime(value=None, timezone=None)": localtime,
      "localdate(value=None, timezone=None)": (value?: PyValue, timezone?: PyValue) =>
        method0(localtime(value, timezone), "date"),
    }),
  },
});
