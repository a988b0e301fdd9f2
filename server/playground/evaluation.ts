// One evaluation for the page: the outcome, what every line saw, which lines ran, and how far each limit was used.
import { type Engine, ExpressionSyntaxError } from "../../engine/index.ts";
import type { ExpressionKind, JsonObject, JsonValue, Limits, Outcome } from "../../engine/types.ts";
import { previewGenericRequest, SmsSendError } from "../../providers/index.ts";
import type {
  ChosenLimits,
  EvaluateAnswer,
  EvaluateRequest,
  Gateway,
  PlaygroundKind,
  RequestPreview,
} from "./api.ts";

/** How the engine runs an expression of this kind. */
export function engineKind(kind: PlaygroundKind): ExpressionKind {
  return kind === "policy" ? "policy" : "mapping";
}

/** Runs it. Never throws for what the expression is or does. */
export async function evaluate(
  engine: Engine,
  limits: Limits,
  request: EvaluateRequest,
): Promise<EvaluateAnswer> {
  const { kind, source, context, now = Date.now(), seed = 0, limits: chosen = {}, gateway } = request;
  const options = { now, seed, limits: chosen };
  const contextBytes = Buffer.byteLength(JSON.stringify(context));
  try {
    const expression = engine.expression(kind, source, engineKind(kind));
    const outcome = await expression.run(context, { ...options, trace: true });
    // Counted in a second run, with the same clock and chance: the two are not watched together.
    const { coverage } = outcome.error?.limit
      ? {}
      : await expression.run(context, { ...options, coverage: true });
    const { trace } = outcome;
    return {
      ok: outcome.ok,
      passing: outcome.passing,
      result: outcome.result,
      repr: outcome.repr,
      messages: outcome.messages,
      logs: outcome.logs,
      events: outcome.events,
      ...(outcome.error === undefined ? {} : { error: outcome.error }),
      decided: outcome.error === undefined ? (trace?.decided ?? null) : null,
      steps: outcome.steps,
      durationMs: outcome.durationMs,
      trace: trace?.events ?? [],
      omitted: trace?.omitted ?? 0,
      lines: coverage?.lines ?? trace?.lines.map(({ line, count }) => ({ line, count })) ?? [],
      branches: coverage?.branches.map(({ line, ways }) => ({ line, ways })) ?? [],
      limits: limitsUsed(outcome, contextBytes, limits, chosen),
      ...(kind === "webhook" && outcome.ok ? { request: preview(gateway, context, outcome.result) } : {}),
    };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    return refused(error);
  }
}

function refused({ type, text, line, column, caret }: ExpressionSyntaxError): EvaluateAnswer {
  const traceback = `  File "expression", line ${line}\n${caret === "" ? "" : `${caret}\n`}${type}: ${text}\n`;
  return {
    ok: false,
    passing: false,
    result: null,
    repr: "",
    messages: [],
    logs: [],
    events: [],
    error: { type, message: text, line, column, traceback },
    decided: null,
    steps: 0,
    durationMs: 0,
    trace: [],
    omitted: 0,
    lines: [],
    branches: [],
    limits: [],
  };
}

function limitsUsed(
  outcome: Outcome,
  contextBytes: number,
  limits: Limits,
  chosen: ChosenLimits,
): EvaluateAnswer["limits"] {
  const cpu = outcome.trace?.lines.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const output = [outcome.resultJson, JSON.stringify(outcome.messages), JSON.stringify(outcome.logs)];
  const used = {
    steps: outcome.steps,
    ...(cpu === undefined ? {} : { cpuMs: cpu }),
    wallMs: outcome.durationMs,
    outputBytes: output.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    contextBytes,
  };
  return Object.entries(used).map(([limit, amount]) => {
    const most = limits[limit as keyof Limits];
    const allowed = chosen[limit as keyof ChosenLimits] ?? most;
    return { limit: limit as keyof Limits, used: amount, allowed, most };
  });
}

/** Stands for the credentials, which the page neither asks for nor shows. */
const MASK = "***";

function preview(
  gateway: Gateway = { url: "https://sms.example.com/messages", encoding: "json", authorization: "bearer" },
  context: JsonObject,
  payload: JsonValue,
): RequestPreview {
  const { url, encoding, authorization } = gateway;
  try {
    const { body, ...request } = previewGenericRequest(
      {
        provider: "generic",
        from_number: textIn(context.stage, "from_number"),
        account_sid: url,
        auth: MASK,
        auth_password: MASK,
        encoding,
        ...(authorization === "none" ? { authorization } : { auth_type: authorization }),
      },
      {
        to: textIn(context.device, "phone_number"),
        token: typeof context.token === "string" ? context.token : "",
        text: "",
        payload,
      },
    );
    const headers = { ...request.headers };
    if (authorization === "basic") headers.authorization = `Basic ${MASK}`;
    return { ...request, headers, body: body ?? null };
  } catch (error) {
    if (!(error instanceof SmsSendError)) throw error;
    return { problem: error.message, hint: error.hint };
  }
}

function textIn(value: JsonValue | undefined, key: string): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "";
  const member = value[key];
  return typeof member === "string" ? member : "";
}
