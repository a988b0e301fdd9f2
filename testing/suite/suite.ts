// A suite as it is run: read, checked, its expression found and its tables spread out.
import type { ExpressionKind, JsonObject, JsonValue, Limits } from "../../engine/types.ts";
import type { SuiteDocument } from "./document.ts";
import type { Place } from "./problem.ts";
import type { Expectation, FlowCase, FlowExpectation, FlowStep, StubsFile } from "./schema.ts";

/** The expression under test. */
export interface Target {
  readonly kind: ExpressionKind;
  /** As errors name it. */
  readonly name: string;
  readonly source: string;
  /** The file it stands in. */
  readonly file: string;
  /** The whole file, of which the source may be a part. */
  readonly fileText: string;
  /** Places of the source as places of the file; null where the file wraps lines another way. */
  place(line: number, column: number): Place | null;
}

/** The flow under test. */
export interface FlowTarget {
  readonly kind: "flow";
  readonly slug: string;
  readonly blueprints: readonly { readonly file: string; readonly text: string }[];
  readonly context: JsonObject;
}

interface CaseHead {
  readonly name: string;
  readonly tags: readonly string[];
  readonly only: boolean;
  /** Why it is not run; null where it is. */
  readonly skip: string | null;
  /** Where it stands in the suite. */
  readonly place: Place;
  /** Where the parts of what is expected stand. */
  placeOf(path: readonly (string | number)[]): Place;
  readonly now: number;
  readonly seed: number;
  readonly stubs: StubsFile;
}

/** A case of an expression. */
export interface SuiteCase extends CaseHead {
  readonly context: JsonObject;
  readonly limits: Partial<Limits>;
  readonly expect: Expectation;
}

/** A case of a flow. */
export interface SuiteFlowCase extends CaseHead {
  readonly user: FlowCase["user"];
  readonly httpRequest: FlowCase["http_request"];
  readonly planContext: JsonObject;
  readonly steps: readonly FlowStep[];
  readonly expect: FlowExpectation;
}

/** A case of any suite. */
export type AnyCase = SuiteCase | SuiteFlowCase;

/** What all suites have. */
interface SuiteHead {
  readonly name: string;
  readonly file: string;
  readonly document: SuiteDocument;
  /** Users and groups as rows of the store's models. */
  readonly users: readonly JsonObject[];
  readonly groups: readonly JsonObject[];
  /** Files the suite was read from, itself among them: what `--watch` watches. */
  readonly files: readonly string[];
}

/** A suite about an expression. */
export interface ExpressionSuite extends SuiteHead {
  readonly target: Target;
  readonly cases: readonly SuiteCase[];
  /** Expressions of policies that `ak_call_policy` finds, by the file that `stubs` names. */
  readonly policies: ReadonlyMap<string, string>;
}
/** A suite about a flow. */
export interface FlowSuite extends SuiteHead {
  readonly target: FlowTarget;
  readonly cases: readonly SuiteFlowCase[];
  readonly policies: ReadonlyMap<string, string>;
}
/** A suite as it was read: cases of one expression, or of one flow. */
export type Suite = ExpressionSuite | FlowSuite;

/** Is it a suite about a flow? */
export function isFlowSuite(suite: Suite): suite is FlowSuite {
  return suite.target.kind === "flow";
}

/** A row of a table. */
export type Row = Readonly<Record<string, JsonValue>>;
