// The trial that the page holds: how it is opened and stepped through, and which moment of it is looked at.
import { computed, signal } from "@preact/signals";
import type { OpenAnswer, TrialBlueprint, TrialEntry } from "../../server/playground/trial-api.ts";
import { type TrialExample, trialExampleList } from "../examples/trials.ts";
import { openTrial, ServerProblem, type TrialSteps, takeStep, trialExamples } from "../server.ts";
import { problem, t } from "../state.ts";
import { isStep, stateAfter } from "./replay.ts";

/** Blueprints that were imported; the flows of all of them can be walked together. */
export const importedBlueprints = signal<readonly TrialBlueprint[]>([]);
/** The example that is open; `imported` for one's own blueprints. */
export const subject = signal<TrialExample | "imported">(trialExampleList[0]);

export const trial = signal<Pick<OpenAnswer, "id" | "flows" | "models"> | undefined>(undefined);
export const entries = signal<readonly TrialEntry[]>([]);
/** Whether a step is under way. */
export const isBusy = signal(false);
/** What the trial, and not the flow, has to say against a step. */
export const refusal = signal("");
/** The slug that is started next, and who starts it; empty: nobody. */
export const chosenFlow = signal("");
export const chosenUser = signal("");

/** Entries that can be stepped to. */
export const steps = computed(() => entries.value.filter(isStep));
const lookedAt = signal<number | undefined>(undefined);
/** The entry that is looked at: the last one, unless one went back. */
export const step = computed(() => lookedAt.value ?? steps.value.at(-1)?.id ?? 0);
/** Whether an earlier moment is looked at. */
export const isPast = computed(() => lookedAt.value !== undefined);
/** The trial at the moment that is looked at. */
export const state = computed(() => stateAfter(entries.value, step.value));

/** Looks at the moment after an entry. */
export function goTo(id: number): void {
  lookedAt.value = id === steps.value.at(-1)?.id ? undefined : id;
}

/** Looks at the entry so many steps on, or back. */
export function goBy(count: number): void {
  const at = steps.value.findIndex(({ id }) => id === step.value);
  const next = steps.value[Math.min(Math.max(at + count, 0), steps.value.length - 1)];
  if (next !== undefined) goTo(next.id);
}

/** Does one thing at a time; what goes wrong is shown. */
async function busy(work: () => Promise<void>): Promise<void> {
  if (isBusy.value) return;
  isBusy.value = true;
  refusal.value = "";
  try {
    await work();
    problem.value = undefined;
  } catch (error) {
    const known = error instanceof ServerProblem ? error : new ServerProblem(0, String(error));
    // Only these are about the page's access; all others are about the trial.
    if (known.status === 0 || known.status === 403) problem.value = known;
    else refusal.value = known.message;
  } finally {
    isBusy.value = false;
  }
}

/** The flow that the next trial starts with, and who starts it, in place of the first. */
let wanted: { readonly flow: string; readonly user: string } | undefined;

/** Has the flow view open a trial of this, and start this flow, when it is shown. */
export function reopen(chosen: TrialExample | "imported", start: NonNullable<typeof wanted>): void {
  subject.value = chosen;
  wanted = start.flow === "" ? undefined : start;
  trial.value = undefined;
  entries.value = [];
}

/** Opens a trial of what is chosen, and starts its first flow. */
export function open(chosen: TrialExample | "imported"): Promise<void> {
  return busy(async () => {
    if (chosen !== subject.value) wanted = undefined;
    subject.value = chosen;
    const opened = await openTrial({ blueprints: await blueprintsOf(chosen) });
    trial.value = opened;
    entries.value = opened.entries;
    lookedAt.value = undefined;
    const [first] = opened.flows;
    const { flow = first?.slug ?? "", user = first?.authentication === "require_authenticated" ? "jo" : "" } =
      wanted ?? (chosen === "imported" ? {} : chosen);
    wanted = undefined;
    chosenFlow.value = flow;
    chosenUser.value = user;
    if (flow === "") refusal.value = t("noFlows");
    else await take("start", { slug: flow, user: user === "" ? null : user });
  });
}

async function blueprintsOf(chosen: TrialExample | "imported"): Promise<readonly TrialBlueprint[]> {
  if (chosen === "imported") return importedBlueprints.value;
  const { blueprints } = await trialExamples();
  return chosen.files.flatMap((file) => blueprints.filter(({ name }) => name === file));
}

/** Takes a step. */
export function doStep<A extends keyof TrialSteps>(
  action: A,
  request: Omit<TrialSteps[A], "after">,
): Promise<void> {
  return busy(() => take(action, request));
}

async function take<A extends keyof TrialSteps>(
  action: A,
  request: Omit<TrialSteps[A], "after">,
): Promise<void> {
  const { id } = trial.value ?? { id: "" };
  const asked = { ...request, after: entries.value.length } as unknown as TrialSteps[A];
  const answer = await takeStep(id, action, asked);
  entries.value = [...entries.value, ...answer.entries];
  lookedAt.value = undefined;
  const user = answer.entries.findLast((entry) => entry.kind === "answer" && entry.user !== undefined);
  if (user?.kind === "answer") chosenUser.value = user.user ?? "";
}

/** Starts the chosen flow. */
export function startChosen(): Promise<void> {
  const user = chosenUser.value.trim();
  return doStep("start", { slug: chosenFlow.value, user: user === "" ? null : user });
}
