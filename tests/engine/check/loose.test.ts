// What accepts more than it says, and secrets that are told.
import { describe, expect, test } from "vitest";
import { findings } from "./findings.ts";

describe("the end of a domain", () => {
  test("lets other domains in that end so", () => {
    expect(findings("return request.user.email.endswith('example.com')")).toEqual([
      '1:36-49 warning loose-match: "evil-example.com" ends with "example.com", too → write "@example.com" for addresses, or compare the whole domain',
    ]);
    expect(findings("return request.user.email.endswith(('@a.org', 'b.org'))")).toHaveLength(1);
  });
  test.each([
    "return request.user.email.endswith('@example.com')",
    "return request.user.email.endswith('.example.com')",
    "return request.user.username.endswith('report.pdf')",
    "domain = request.user.email.partition('@')[2]\nreturn domain == 'example.com'",
  ])("is no matter: %s", (source) => {
    expect(findings(source)).toEqual([]);
  });
});

describe("a pattern without an end", () => {
  test.each([
    "return regex_match(request.user.email, r'^.*@example\\.com')",
    "return regex_match(request.user.name, r'\\+49\\d{9,11}')",
    "import re\nreturn re.match(r'.+@(a|b)\\.org', request.user.email) is not None",
    "import re\nreturn bool(re.search(r'@example\\.com', request.user.email))",
  ])("%s", (source) => {
    expect(findings(source)).toEqual([
      expect.stringContaining(
        "loose-match: this pattern is not held at its end: whatever follows is accepted → end it with $",
      ),
    ]);
  });
  test.each([
    "return regex_match(request.user.email, r'^.*@example\\.com$')",
    "return regex_match(request.user.name, r'^\\+49')",
    "import re\nreturn re.fullmatch(r'.+@a\\.org', request.user.email) is not None",
    "import re\nreturn re.search(r'\\d{4,6}', request.user.name) is not None",
    "import re\ncode = re.match(r'\\d{4,6}', request.user.name)\nreturn code is not None",
  ])("has one, or means none: %s", (source) => {
    expect(findings(source)).toEqual([]);
  });
});

describe("a secret that is told", () => {
  test.each([
    ["ak_logger.info('sent', code=token)\nreturn {}", "1:29-34 warning secret-in-log: the token"],
    ["ak_logger.info(f'sent {token}')\nreturn {}", "warning secret-in-log: the token"],
    ["ak_logger.info('sent ' + str(token))\nreturn {}", "warning secret-in-log: the token"],
    ["ak_create_event('sms', code=token)\nreturn {}", "warning secret-in-log: the token"],
  ])("%s", (source, start) => {
    expect(findings(source, "webhook")).toEqual([expect.stringContaining(start)]);
  });
  test.each([
    "ak_logger.info(request.context['prompt_data']['password'])\nreturn True",
    "ak_logger.info('is {}'.format(request.context['prompt_data'].get('password')))\nreturn True",
  ])("%s", (source) => {
    expect(findings(source)).toEqual([expect.stringContaining("secret-in-log: the password")]);
  });
  test.each([
    "ak_logger.info('sent', length=len(token))\nreturn {'code': token}",
    "token = 1\nak_logger.info('sent', code=token)\nreturn {}",
    "return {'log': f'{token}'}",
  ])("is not: %s", (source) => {
    expect(findings(source, "webhook")).toEqual([]);
  });
});
