import { expect, test } from "vitest";
import { BLUEPRINT, CORE } from "../../yaml/schema.ts";

test.each([
  [["", "~", "null", "Null", "NULL"], null],
  [["true", "True", "TRUE"], true],
  [["15", "+15", "015", "0o17", "0xF", "0xf", "15.", "1.5e1", "+1.5E+1", "150e-1"], 15],
  [[".5", "+.5", "0.5", "5e-1"], 0.5],
  [["1e400", ".inf", "+.INF"], Number.POSITIVE_INFINITY],
  [[".nan"], Number.NaN],
])("YAML 1.2: %j are %j", (sources, value) => {
  expect(sources.map((source) => CORE.implicit(source))).toEqual(sources.map(() => value));
});

test.each([
  "yes",
  "off",
  "tRUE",
  "nULL",
  "0b1",
  "1_000",
  "0o8",
  "0x",
  "1e",
  "-",
  ".",
  "1:30",
  "2020-01-01",
  "<<",
  "=",
  "e1",
  "0X1",
])("YAML 1.2: %j is a text", (source) => {
  expect(CORE.implicit(source)).toBe(source);
});

// What PyYAML 6.0.3 reads, but for numbers to the base of 60, dates, and the key that merges.
test.each([
  [["yes", "Yes", "on", "ON", "true"], true],
  [["no", "NO", "off", "Off", "false"], false],
  [["", "~", "null"], null],
  [["15", "+15", "017", "0b1111", "0xF", "1_5", "0b_11_11", "15.", "1.5e+1", "1_5.0_"], 15],
  [[".5", "0.5", "5.0e-1"], 0.5],
])("YAML 1.1: %j are %j", (sources, value) => {
  expect(sources.map((source) => BLUEPRINT.implicit(source))).toEqual(sources.map(() => value));
});

test.each([
  "y",
  "N",
  "yEs",
  "08",
  "089",
  "0o17",
  "1e3",
  "1.5e3",
  "-.5",
  "+.5",
  "1e400",
  ".",
  "1:30",
  "190:20:30.15",
  "2020-01-01",
  "2020-01-01T00:00:00Z",
  "=",
  "<<",
  "0x_",
  "1,000",
])("YAML 1.1: %j is a text", (source) => {
  expect(BLUEPRINT.implicit(source)).toBe(source);
});

test("a tag says what a scalar is, where it can be that", () => {
  const explicit = (schema: typeof CORE, source: string, name: string) =>
    schema.explicit(source, `tag:yaml.org,2002:${name}`);
  expect(explicit(CORE, "1", "str")).toBe("1");
  expect(explicit(CORE, "0b11", "int")).toBe(3);
  expect(explicit(CORE, "1", "float")).toBe(1);
  expect(explicit(CORE, "x", "int")).toBeUndefined();
  expect(explicit(CORE, "yes", "bool")).toBeUndefined();
  expect(explicit(CORE, "x", "binary")).toBeUndefined();
  expect(explicit(BLUEPRINT, "yes", "bool")).toBe(true);
  expect(explicit(BLUEPRINT, "y", "bool")).toBeUndefined();
  expect(explicit(BLUEPRINT, "3", "float")).toBe(3);
  expect(explicit(BLUEPRINT, "2020-01-01", "timestamp")).toBe("2020-01-01");
});
