// The public face of the runtime (`postern/runtime`).
export type { AppliedEntry, ApplyOptions as BlueprintOptions, BlueprintReport } from "./blueprint/apply.ts";
export { BlueprintError, type Problem as BlueprintProblem } from "./blueprint/errors.ts";
export { type BlueprintExpression, blueprintExpressions } from "./blueprint/expressions.ts";
export { type Blueprint, parseBlueprint } from "./blueprint/parse.ts";
export { setupsWithoutLogin } from "./blueprint/setups-without-login.ts";
export { skippedStages } from "./blueprint/skipped-stages.ts";
export type { Grants } from "./capabilities/grants.ts";
export { type HttpGrant, httpCapability } from "./capabilities/http.ts";
export { type NameSource, nameService } from "./capabilities/name-service.ts";
export {
  FlowFinished,
  FlowLoop,
  FlowMisconfigured,
  FlowNotFound,
  PolicyUndecided,
  RuntimeError,
  SessionConflict,
  SessionNotFound,
  UserNotFound,
} from "./errors.ts";
export type { Challenge, FlowInfo } from "./flow/challenge.ts";
export type { Execution } from "./flow/execution.ts";
export type { FlowAnswer, FlowExecutor, FlowRequest } from "./flow/executor.ts";
export type { FlowStart } from "./flow/flow-start.ts";
export type { Brand, HttpRequestInput } from "./flow/http-request.ts";
export type { ResponseError, ResponseErrors } from "./flow/response-errors.ts";
export type { ClientCookie, Login } from "./flow/stage.ts";
export type { Logger, LogLevel } from "./logger.ts";
export type { BindingsDecided, Observer, PolicyAsked } from "./observer.ts";
export {
  type ApplyOptions,
  createRuntime,
  type FlowHandle,
  type Runtime,
  type RuntimeOptions,
} from "./runtime.ts";
export type { Clock, RandomInt, SmsProviderFactory } from "./services.ts";
export type { ModelName, NewRow, Pk, Row, Snapshot, Store, Transaction } from "./store/contract.ts";
export {
  NotFound,
  ProtectedError,
  StoreClosed,
  StoreDamaged,
  StoreError,
  StoreLocked,
  StoreOutcomeUnknown,
  StoreUnavailable,
  StoreWriteFailed,
  UniqueViolation,
  ValidationError,
} from "./store/contract.ts";
export { inspectStore, type StoreReport } from "./store/inspect.ts";
export { type LowdbOptions, lowdbStore } from "./store/lowdb.ts";
export { memoryStore } from "./store/memory.ts";
export { postgresStore } from "./store/postgres.ts";
export type { PostgresOptions } from "./store/postgres-options.ts";
export type { UserInput } from "./users/person.ts";
