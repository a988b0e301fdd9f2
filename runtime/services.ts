// What every part of the runtime works with; put together once by createRuntime.
import type { Engine, EvaluateOptions } from "../engine/types.ts";
import type { SmsProvider, SmsProviderConfig } from "../providers/sms-provider.ts";
import type { EventLog } from "./events/event-log.ts";
import type { CleansingLogger } from "./logger.ts";
import type { WebhookMappings } from "./mappings/webhook-mapping.ts";
import type { PolicyEngine } from "./policies/policy-engine.ts";
import type { CodeCounts } from "./sms/code-counts.ts";
import type { MessageCounts } from "./sms/message-counts.ts";
import type { Store } from "./store/contract.ts";

/** Milliseconds since the epoch. */
export type Clock = () => number;

/** A whole number from 0 to (not including) the given one, every one as likely. */
export type RandomInt = (exclusiveMaximum: number) => number;

/** Makes the sender for a stage's configuration. */
export type SmsProviderFactory = (config: SmsProviderConfig) => SmsProvider;

/** The runtime's parts. */
export interface Services {
  readonly engine: Engine;
  readonly store: Store;
  readonly clock: Clock;
  readonly randomInt: RandomInt;
  readonly logger: CleansingLogger;
  readonly events: EventLog;
  /** Options of an evaluation that begins now. */
  readonly evaluation: () => EvaluateOptions;
  readonly policies: PolicyEngine;
  readonly webhookMappings: WebhookMappings;
  readonly smsProvider: SmsProviderFactory;
  readonly messageCounts: MessageCounts;
  readonly codeCounts: CodeCounts;
  /** Signs what clients keep for the runtime (the second factor's cookie). */
  readonly secret: string;
}
