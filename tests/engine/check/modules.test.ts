// Modules: imports that are not there, and attributes known modules lack; what a name may also be is left alone.
import { expect, test } from "vitest";
import { findings } from "./findings.ts";

test("a module that is not there is an error with the nearest one", () => {
  expect(findings("import jsom\nreturn True")).toEqual([
    "1:8-12 error unknown-module: No module named 'jsom' → did you mean 'json'?",
  ]);
  expect(findings("from urllib.prase import quote\nreturn True")[0]).toContain(
    "error unknown-module: No module named 'urllib.prase' → did you mean 'urllib.parse'?",
  );
});

test("a module that leads outside says that it is not available", () => {
  expect(findings("import subprocess\nreturn True")).toEqual([
    "1:8-18 error unknown-module: No module named 'subprocess' (not available in an expression)",
  ]);
  // What is nearest to it by its letters is no advice then.
  expect(findings("from django.core.mail import send_mail\nreturn True")).toEqual([
    expect.stringMatching(
      /No module named 'django\.core\.mail' \(not available in an expression: use ak_send_email\)$/,
    ),
  ]);
});

test("an attribute that a module lacks is an error, however the module is named", () => {
  expect(findings("import re as regex\nreturn regex.serach('a', 'b')")).toEqual([
    "2:8-20 error unknown-attribute: module 're' has no attribute 'serach' → did you mean 'search'?",
  ]);
  expect(findings("from math import sqrt, sqr\nreturn sqrt(4)")).toEqual([
    "1:24-27 error unknown-attribute: cannot import name 'sqr' from 'math' → did you mean 'sqrt'?",
  ]);
  expect(findings("import urllib.parse\nreturn urllib.parse.quote('a')")).toEqual([]);
});

test("what a `try` around it catches is a warning", () => {
  expect(findings("try:\n    import jsom\nexcept ImportError:\n    jsom = None\nreturn jsom")[0]).toMatch(
    /^2:12-16 warning unknown-module/,
  );
  expect(findings("import re\ntry:\n    return re.nope\nexcept AttributeError:\n    return None")).toEqual([
    expect.stringMatching(/^3:12-19 warning unknown-attribute/),
  ]);
});

test("a name that is bound in another way too is not judged", () => {
  expect(findings("import re\nif request:\n    re = request\nreturn re.anything")).toEqual([]);
  expect(findings("import re\ndef f(re): return re.anything\nreturn f")).toEqual([]);
});
