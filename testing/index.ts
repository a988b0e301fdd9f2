// The public face of `postern/testing`: arbitraries, matchers, a runtime in memory, suites, recordings, coverage.
export { httpRequest, type PromptField, policyContext, promptData, user } from "./arbitraries/context.ts";
export { expressionSource } from "./arbitraries/expression-source.ts";
export { e164, phoneNumber } from "./arbitraries/phone.ts";
export { CoverageTally, type FileCoverage } from "./coverage/tally.ts";
export {
  createInMemoryRuntime,
  type Inbox,
  type InMemoryOptions,
  type InMemoryRuntime,
  type KeptMessage,
  type MovableClock,
} from "./in-memory-runtime.ts";
export { matchers, type PosternMatchers, type Wanted, type WantedMessage } from "./matchers.ts";
export { type RecordedCall, ReplayMismatch } from "./recording/calls.ts";
export {
  parseRecordings,
  type Recording,
  RecordingError,
  type Replayed,
  record,
  replay,
} from "./recording/recording.ts";
export { loadSuite } from "./suite/load.ts";
export { type Place, type Problem, SuiteError } from "./suite/problem.ts";
export type { CaseResult, Failure } from "./suite/result.ts";
export { type RunOptions, runSuites } from "./suite/run.ts";
export type { ExpressionSuite, FlowSuite, Suite } from "./suite/suite.ts";
