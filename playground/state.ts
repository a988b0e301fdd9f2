// What the page holds, as signals; and what follows from it: the result, the findings, the cases' results.
import { computed, effect, signal } from "@preact/signals";
import type {
  CaseAnswer,
  ChosenLimits,
  EvaluateAnswer,
  Finding,
  Gateway,
  ImportedExpression,
  JsonObject,
  PlaygroundCase,
  PlaygroundKind,
} from "../server/playground/api.ts";
import { type Example, examples } from "./examples/examples.ts";
import {
  type Language,
  languageOf,
  languages,
  type MessageName,
  messageIn,
  type Values,
} from "./messages.ts";
import { check, evaluate, runCases, ServerProblem } from "./server.ts";

/** From the last key to the request, milliseconds. */
const PAUSE = 30;

export type Theme = "auto" | "light" | "dark";

const kept = (name: string): string | null => localStorage.getItem(`postern-${name}`);
const startLanguage = languages.find((each) => each === kept("language")) ?? languageOf(navigator.languages);
const startTheme = (["light", "dark"] as const).find((each) => each === kept("theme")) ?? "auto";

export const language = signal<Language>(startLanguage);
export const theme = signal<Theme>(startTheme);
/** A text in the page's language. */
export const t = (name: MessageName, values?: Values): string => messageIn(language.value, name, values);

const first = examples[0] as Example;
export const kind = signal<PlaygroundKind>(first.kind);
export const source = signal(first.source);
export const contextText = signal(JSON.stringify(first.context, null, 2));
export const gateway = signal<Gateway>({
  url: "https://sms.example.com/messages",
  encoding: "json",
  authorization: "bearer",
});
/** Limits that are set below the server's. */
export const limits = signal<ChosenLimits>({});
/** What a search for a counterexample asks. */
export const property = signal("never-raises");
/** The view that is shown, by its id. */
export const view = signal("expression");
export const cases = signal<readonly PlaygroundCase[]>([]);
export const imported = signal<readonly ImportedExpression[]>([]);

export const answer = signal<EvaluateAnswer | undefined>(undefined);
/** Whether the answer is not yet that of what is typed. */
export const isWaiting = signal(true);
export const findings = signal<readonly Finding[]>([]);
export const caseAnswers = signal<readonly CaseAnswer[]>([]);
export const problem = signal<ServerProblem | undefined>(undefined);
/** A short word about what was just done. */
export const notice = signal("");

/** The context, or why the text is none. */
export const context = computed<{ value: JsonObject } | { why: string }>(() => {
  try {
    const value: unknown = JSON.parse(contextText.value);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { value: value as JsonObject };
    return { why: t("contextObject") };
  } catch (error) {
    return { why: t("contextBroken", { why: (error as Error).message }) };
  }
});

/** Runs after a short pause whenever what it reads changes; what is then still under way is given up. */
function follow(read: () => (signal: AbortSignal) => Promise<void>): void {
  let running = new AbortController();
  let timer: number | undefined;
  effect(() => {
    const work = read();
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
    const { signal: ended } = running;
    timer = setTimeout(async () => {
      try {
        await work(ended);
        if (!ended.aborted) problem.value = undefined;
      } catch (error) {
        if (ended.aborted) return;
        problem.value = error instanceof ServerProblem ? error : new ServerProblem(0, String(error));
      }
    }, PAUSE);
  });
}

/** Counts how often everything was asked again. */
export const retry = signal(0);
/** Asks everything again. */
export function askAgain(): void {
  retry.value += 1;
}

/** Has the page follow what is typed. */
export function start(): void {
  follow(() => {
    retry.value;
    const given = context.value;
    const request = { kind: kind.value, source: source.value, gateway: gateway.value, limits: limits.value };
    isWaiting.value = true;
    return async (ended) => {
      if ("why" in given) return;
      const came = await evaluate({ ...request, context: given.value }, ended);
      if (ended.aborted) return;
      answer.value = came;
      isWaiting.value = false;
    };
  });
  follow(() => {
    retry.value;
    const subject = { kind: kind.value, source: source.value };
    return async (ended) => {
      const came = await check(subject, ended);
      if (!ended.aborted) findings.value = came;
    };
  });
  follow(() => {
    retry.value;
    const request = { kind: kind.value, source: source.value, cases: cases.value };
    return async (ended) => {
      const came = request.cases.length === 0 ? [] : await runCases(request, ended);
      if (!ended.aborted) caseAnswers.value = came;
    };
  });
  effect(() => {
    document.documentElement.lang = language.value;
    localStorage.setItem("postern-language", language.value);
  });
  effect(() => {
    if (theme.value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
    localStorage.setItem("postern-theme", theme.value);
  });
}

/** Shows an example in place of what is there; the cases belong to what was there. */
export function showExample({ kind: its, source: text, context: given }: Example): void {
  if (text !== source.value) cases.value = [];
  kind.value = its;
  source.value = text;
  contextText.value = JSON.stringify(given, null, 2);
}

/** What a case of the current input expects: what is so now. */
export function currentExpectation(): JsonObject {
  const came = answer.value;
  if (came === undefined) return {};
  const head: JsonObject = kind.value === "policy" ? { passing: came.passing } : {};
  if (came.error !== undefined) return { ...head, error: came.error.type };
  return kind.value === "policy" ? { ...head, messages: [...came.messages] } : { payload: came.result };
}

/** Keeps a case; one of the same name gives way. */
export function keepCase(added: PlaygroundCase): void {
  cases.value = [...cases.value.filter(({ name }) => name !== added.name), added];
}
