// What a suite file may say. The JSON Schema that editors and the runner read (`schemas/suite.schema.json`) is made of this
// by `scripts/schemas.ts`; the runner itself loads none of zod.
import { z } from "zod";

const placeholder = z
  .string()
  .regex(/\$\{\w+\}/)
  .meta({ description: "a name in braces after a $: filled in from a row of `each`" });
const count = z.int().min(0);
const names = z.array(z.string());
const variables = z.record(z.string(), z.unknown());

const text = z
  .union([
    z.string().meta({ description: "the text, exactly" }),
    z.strictObject({ contains: z.string().describe("a part of the text") }).meta({ title: "contains" }),
    z
      .strictObject({
        pattern: z.string().describe("a regular expression that RE2 takes, found anywhere in the text"),
      })
      .meta({ title: "pattern" }),
  ])
  .meta({ id: "Text", title: "a text, {contains: …} or {pattern: …}" });

const value = z
  .union([
    z
      .strictObject({ partial: z.unknown().describe("these members, and maybe others") })
      .meta({ title: "partial" }),
    z.unknown(),
  ])
  .meta({ id: "Value", description: "the value, exactly; or {partial: …}, what it has at least" });

const origin = z
  .union([
    z.string().meta({ description: "a file, relative to the suite" }),
    z.strictObject({
      blueprint: z.string().describe("a blueprint's file, relative to the suite"),
      name: z.string().describe("the entry's name in the blueprint"),
    }),
  ])
  .meta({ id: "Origin", title: "a file, or {blueprint: …, name: …}" });

const group = z
  .strictObject({
    pk: z.string().optional(),
    is_superuser: z.boolean().optional(),
    attributes: variables.optional(),
    parents: names.describe("names of groups of this suite").optional(),
  })
  .meta({ id: "Group" });

const user = z
  .looseObject({
    pk: z.int().optional(),
    username: z.string().describe("default: the key").optional(),
    name: z.string().optional(),
    email: z.string().optional(),
    attributes: variables.optional(),
    groups: names.describe("names of groups of this suite").optional(),
  })
  .meta({ id: "User", description: "any attribute of authentik's user" });

const httpRequest = z
  .strictObject({
    META: z.record(z.string(), z.string()).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    GET: variables.optional(),
    POST: variables.optional(),
    COOKIES: variables.optional(),
    path: z.string().optional(),
    method: z.string().optional(),
    host: z.string().optional(),
    brand: variables.optional(),
    request_id: z.string().optional(),
  })
  .meta({ id: "HttpRequest" });

const http = z
  .strictObject({
    method: z.string().describe("default GET").optional(),
    url: z.string().describe("whole, with its query"),
    status: z.int().min(100).max(599).describe("default 200").optional(),
    headers: z.record(z.string(), z.string()).optional(),
    json: z.unknown().describe("the answer's body as JSON").optional(),
    body: z.string().describe("the answer's body as text").optional(),
    error: z
      .enum(["ConnectionError", "ReadTimeout", "ConnectTimeout", "SSLError", "TooManyRedirects"])
      .optional(),
  })
  .meta({ id: "HttpStub", description: "an answer to `requests`; the first that fits is given" });

const policyAnswer = z
  .union([
    z.boolean().meta({ description: "whether it passes" }),
    z.strictObject({
      passing: z.boolean(),
      messages: names.optional(),
      raw_result: z.unknown().optional(),
    }),
    z.strictObject({ file: z.string().describe("its expression, relative to the suite") }),
  ])
  .meta({ id: "PolicyStub", title: "true, false, {passing: …} or {file: …}" });

/** What an expression may ask for outside, and what it is answered. */
export const stubsSchema = z
  .strictObject({
    requests: z.array(http).describe("what `requests` is answered; nothing else is").optional(),
    dns: z
      .strictObject({
        names: z.record(z.string(), names).describe("addresses by host").optional(),
        addresses: z.record(z.string(), z.string()).describe("hosts by address").optional(),
      })
      .describe("what `resolve_dns` and `reverse_dns` find")
      .optional(),
    policies: z
      .record(z.string(), policyAnswer)
      .describe("what `ak_call_policy` is answered, by name")
      .optional(),
    models: z
      .record(z.string(), z.array(variables))
      .describe("rows by model (authentik_core.token); users and groups are those of the suite")
      .optional(),
    sms: z
      .enum(["rejected", "unreachable", "timeout", "invalid_answer", "configuration"])
      .describe("flows only: sending a message fails in this way")
      .optional(),
    email: z.literal(true).describe("let `ak_send_email` send, into nowhere").optional(),
  })
  .meta({ id: "Stubs", description: "what the expression may ask for outside, and what it is answered" });

const moment = z.union([z.string(), z.int()]).meta({
  id: "Moment",
  title: "an ISO time",
  description: "an ISO time (2026-01-31T12:00:00Z), or milliseconds since 1970",
});

const limits = z
  .strictObject({
    steps: count.optional(),
    cpuMs: count.optional(),
    memoryMb: count.optional(),
    wallMs: count.optional(),
  })
  .meta({ id: "Limits" });

const event = z.looseObject({ action: z.string().optional() });
const sent = z
  .strictObject({
    provider: z.enum(["twilio", "generic"]).optional(),
    to: text.optional(),
    text: text.optional(),
    payload: value.describe("what the mapping made").optional(),
  })
  .meta({ id: "Sent", description: "a message that the flow sent" });

const common = {
  passing: z
    .union([z.boolean(), placeholder])
    .meta({ title: "true or false" })
    .describe("whether the policy passes")
    .optional(),
  decided: z.int().min(1).describe("line of the `return` that decided").optional(),
  messages: z
    .union([z.array(text), text])
    .meta({ title: "a list of texts" })
    .describe("what `ak_message` said")
    .optional(),
  result: value.describe("what was returned").optional(),
  payload: value.describe("what a mapping returned; the same as `result`").optional(),
  error: z
    .union([
      z.string().meta({ description: "the exception's class, or the limit" }),
      z.strictObject({
        type: z.string(),
        message: text.optional(),
        line: z.int().min(1).optional(),
      }),
      z.null(),
    ])
    .meta({ title: "a type, or {type: …, message: …}" })
    .describe("what it ends with; without it, it must not fail")
    .optional(),
  logs: z.array(text).describe("what was logged, in order").optional(),
  events: z
    .array(event)
    .describe("events that were made, in order; members that are not named may be anything")
    .optional(),
  changes: z.array(variables).describe("what changed in the plan's context").optional(),
  steps: z.union([count, placeholder]).meta({ title: "a number" }).describe("steps at most").optional(),
};

/** What a case about an expression expects. */
export const expectationSchema = z
  .strictObject(common)
  .meta({ id: "Expectation", description: "what has to hold" });

const flowExpectation = z
  .strictObject({
    ended: z.enum(["passed", "denied", "open"]).describe("how the flow ended").optional(),
    sent: z.array(sent).describe("every message that was sent, in order").optional(),
    devices: z
      .array(variables)
      .describe("the SMS devices that are kept; members that are not named may be anything")
      .optional(),
    events: z
      .array(event)
      .describe("events that were kept, in order; members that are not named may be anything")
      .optional(),
  })
  .meta({ id: "FlowExpectation" });

const step = z
  .strictObject({
    challenge: z.looseObject({}).describe("what the challenge has at least").optional(),
    sent: z.array(sent).describe("messages sent since the step before").optional(),
    answer: variables.describe("the response; $code stands for the code of the last message").optional(),
    http_request: httpRequest.optional(),
  })
  .meta({ id: "Step", description: "what the client is shown, and what it answers" });

const rows = z
  .union([
    z.array(z.record(z.string(), z.unknown())).min(1),
    z.string().meta({ description: "a .json or .csv file, relative to the suite" }),
  ])
  .meta({ id: "Rows", title: "a list of rows, or a file" });

const surroundings = {
  user: z
    .union([z.string().meta({ description: "a user of this suite" }), user, z.null()])
    .meta({ title: "a name, or a user" })
    .describe("who asks")
    .optional(),
  context: variables.describe("request.context").optional(),
  http_request: httpRequest.optional(),
  variables: variables.describe("names that the expression sees; a policy has `request` besides").optional(),
  now: moment.describe("the clock that the expression sees").optional(),
  seed: z.int().describe("of its randomness").optional(),
  limits: limits.optional(),
  stubs: stubsSchema.optional(),
};

const head = {
  name: z.string().min(1).describe("what should be; {name} after a $ is filled in from a row of `each`"),
  tags: names.optional(),
  only: z.literal(true).describe("run this case and no other").optional(),
  skip: z
    .union([z.literal(true), z.string()])
    .meta({ title: "true, or why" })
    .optional(),
  each: rows.describe("a case for each row").optional(),
};

const expressionCase = z
  .strictObject({ ...head, ...surroundings, expect: expectationSchema })
  .meta({ id: "Case" });

const flowCase = z
  .strictObject({
    ...head,
    user: surroundings.user,
    http_request: httpRequest.optional(),
    context: variables.describe("first values of the plan's context").optional(),
    now: surroundings.now,
    seed: surroundings.seed,
    stubs: stubsSchema.optional(),
    steps: z.array(step).min(1),
    expect: flowExpectation.optional(),
  })
  .meta({ id: "FlowCase" });

/** A suite of cases about one expression, or about one flow. */
export const suiteSchema = z
  .strictObject({
    $schema: z.string().optional(),
    suite: z.string().min(1).describe("what the suite is about; default: the file's name").optional(),
    policy: origin.describe("the policy under test").optional(),
    mapping: origin.describe("the mapping under test").optional(),
    expression: origin.describe("the expression under test").optional(),
    flow: z
      .strictObject({
        blueprint: z.union([z.string(), names]).describe("blueprints to load, relative to the suite"),
        slug: z.string().describe("the flow"),
        context: variables.describe("values of the blueprint's !Context").optional(),
      })
      .describe("the flow under test")
      .optional(),
    tags: names.describe("tags of every case").optional(),
    users: z.record(z.string(), user).describe("users by name; `ak_user_by` finds them").optional(),
    groups: z.record(z.string(), group).describe("groups by name").optional(),
    ...surroundings,
    cases: z.array(z.union([expressionCase, flowCase])).min(1),
  })
  .meta({
    id: "Suite",
    title: "Postern test suite",
    description:
      "Cases about a policy, a mapping, another expression, or a flow. Exactly one of them is named.",
  });

/** A suite as it is written. */
export type SuiteFile = z.infer<typeof suiteSchema>;
export type ExpressionCase = z.infer<typeof expressionCase>;
export type FlowCase = z.infer<typeof flowCase>;
export type FlowStep = z.infer<typeof step>;
export type Expectation = z.infer<typeof expectationSchema>;
export type FlowExpectation = z.infer<typeof flowExpectation>;
export type TextExpectation = z.infer<typeof text>;
export type SentExpectation = z.infer<typeof sent>;
export type Origin = z.infer<typeof origin>;
export type UserFixture = z.infer<typeof user>;
export type GroupFixture = z.infer<typeof group>;
export type StubsFile = z.infer<typeof stubsSchema>;
export type HttpRequestFixture = z.infer<typeof httpRequest>;
