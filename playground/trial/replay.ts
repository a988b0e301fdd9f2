// What a trial looked like after any of its entries: everything that is shown follows from them.
import type {
  AnswerEntry,
  DiagramStage,
  FlowDiagram,
  JsonObject,
  PolicyEntry,
  ProviderEntry,
  ProviderMode,
  RowChange,
  StartEntry,
  TrialChallenge,
  TrialEntry,
} from "../../server/playground/trial-api.ts";

/** A row, secrets masked. */
export type ShownRow = NonNullable<RowChange["row"]>;

/** Where a stage stands in the run of its flow. */
export type StageStatus = "ahead" | "current" | "done" | "skipped" | "denied" | "unreached";

/** The trial at one moment. */
export interface TrialState {
  readonly diagram: FlowDiagram | null;
  /** What the user sees; null before the first answer. */
  readonly screen: TrialChallenge | null;
  readonly ended: boolean;
  /** The plan's context; null where no flow is in progress. */
  readonly context: JsonObject | null;
  /** Whether a stage that another one put into the plan is the current one. */
  readonly isAtInserted: boolean;
  /** What policies and bindings came to, by their keys in the diagram. */
  readonly verdicts: ReadonlyMap<string, PolicyEntry>;
  readonly statusOf: (stage: DiagramStage) => StageStatus;
  /** Whether the flow was for this user; undefined: nothing decided about it. */
  readonly isApplicable: boolean | undefined;
  /** Every message that was handed to a provider, delivered or not. */
  readonly calls: readonly ProviderEntry[];
  readonly mode: ProviderMode;
  /** Rows by model and pk, in the order of insertion. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string | number, ShownRow>>;
  /** Whose browser it is. */
  readonly user: string | null;
}

class Replay implements TrialState {
  diagram: FlowDiagram | null = null;
  screen: TrialChallenge | null = null;
  ended = false;
  context: JsonObject | null = null;
  isAtInserted = false;
  verdicts = new Map<string, PolicyEntry>();
  calls: ProviderEntry[] = [];
  mode: ProviderMode = "accepts";
  readonly rows = new Map<string, Map<string | number, ShownRow>>();
  user: string | null = null;
  #decisions = new Map<string, boolean>();
  #plan: AnswerEntry["plan"] = [];
  /** Bindings whose stages were the current one. */
  #visited = new Set<string>();
  #denied: string | null = null;

  readonly statusOf = ({ binding }: DiagramStage): StageStatus => {
    const at = this.#plan.indexOf(binding);
    if (at >= 0) return at === 0 ? "current" : "ahead";
    if (this.#denied === binding) return "denied";
    if (this.#decisions.get(binding) === false) return "skipped";
    return this.#visited.has(binding) ? "done" : "unreached";
  };

  get isApplicable(): boolean | undefined {
    return this.diagram === null ? undefined : this.#decisions.get(this.diagram.pk);
  }

  take(entry: TrialEntry): void {
    switch (entry.kind) {
      case "setup":
      case "store":
        for (const change of entry.changes) this.#change(change);
        return;
      case "start":
        this.#start(entry);
        return;
      case "answer":
        this.#answer(entry);
        return;
      case "policy":
        this.verdicts.set(entry.binding ?? entry.policy?.pk ?? "", entry);
        return;
      case "decision":
        this.#decisions.set(entry.target, entry.passing);
        return;
      case "provider":
        this.calls.push(entry);
        return;
      case "mode":
        this.mode = entry.mode;
        return;
      case "request":
      case "wait":
      case "log":
        return;
    }
  }

  #start({ diagram, user }: StartEntry): void {
    this.diagram = diagram;
    this.user = user;
    this.screen = null;
    this.ended = false;
    this.context = null;
    this.isAtInserted = false;
    this.verdicts = new Map();
    this.#decisions = new Map();
    this.#plan = [];
    this.#visited = new Set();
    this.#denied = null;
  }

  #answer({ challenge, plan, context, ended, user }: AnswerEntry): void {
    if (ended && challenge?.component !== "xak-flow-redirect") this.#denied = this.#plan[0] ?? null;
    this.#plan = plan;
    const [current] = plan;
    if (typeof current === "string") this.#visited.add(current);
    this.isAtInserted = current === null;
    if (challenge !== null) this.screen = challenge;
    this.context = context;
    this.ended = ended;
    if (user !== undefined) this.user = user;
  }

  #change({ model, pk, row }: RowChange): void {
    const table = this.rows.get(model) ?? new Map<string | number, ShownRow>();
    this.rows.set(model, table);
    if (row === null) table.delete(pk);
    else table.set(pk, row);
  }
}

/** The trial after the entry with this id, and with those behind it that no one looks at by themselves. */
export function stateAfter(entries: readonly TrialEntry[], id: number): TrialState {
  const replay = new Replay();
  for (const entry of entries) {
    if (entry.id > id && isStep(entry)) break;
    replay.take(entry);
  }
  return replay;
}

/** Whether an entry is a step of its own on the timeline; a decision belongs to the policies before it. */
export function isStep({ kind }: TrialEntry): boolean {
  return kind !== "decision";
}
