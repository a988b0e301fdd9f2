// What a trial runs in: a store in memory, an SMS gateway on this machine, and a runtime that is watched.
import { randomBytes } from "node:crypto";
import type { Engine } from "../../../engine/types.ts";
import { createSmsInbox, createSmsProvider, type SmsInbox } from "../../../providers/index.ts";
import { redact } from "../../../runtime/events/cleanse.ts";
import { createRuntime, memoryStore, type Runtime, type Snapshot } from "../../../runtime/index.ts";
import type { Happening, RowChange, TrialBlueprint } from "../trial-api.ts";
import { divertedClient } from "./diverted-client.ts";
import { watchedStore } from "./watched-store.ts";

/** What an installation is made of. */
export interface InstallationOptions {
  /** Runs the expressions; not closed with the installation. */
  readonly engine: Engine;
  readonly blueprints: readonly TrialBlueprint[];
  readonly clock: () => number;
  /** Told of all that happens, as it happens. */
  happened(happening: Happening): void;
}

/** An installation that is gone when it is closed. */
export interface Installation extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly inbox: SmsInbox;
}

/** Opens an installation with the blueprints' rows in it. Throws BlueprintError, with nothing left open. */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const { engine, blueprints, clock, happened } = options;
  await using opened = new AsyncDisposableStack();
  const inbox = opened.use(await createSmsInbox());
  let written = (changes: readonly RowChange[]): void => void setup.push(...changes);
  const setup: RowChange[] = [];
  const store = opened.use(
    watchedStore(memoryStore({ key: randomBytes(32) }), (changes) => written(changes)),
  );
  let secrets: readonly string[] = [];
  const http = divertedClient(inbox, ({ wire, ...call }) =>
    happened({ ...call, wire: wire === null ? null : redact(wire, secrets) }),
  );
  const runtime = await createRuntime({
    engine,
    store,
    clock,
    smsProvider: (config) => createSmsProvider(config, http),
    logger: { log: (level, event, attributes) => happened({ kind: "log", level, event, attributes }) },
    observer: {
      policyAsked: (asked) => happened({ kind: "policy", ...asked }),
      bindingsDecided: (decided) => happened({ kind: "decision", ...decided }),
    },
  });
  const warnings: string[] = [];
  for (const { name, text } of blueprints) {
    const report = await runtime.apply(text, { file: name, unknownModels: "skip" });
    warnings.push(...report.warnings.map(({ line, what }) => `${name}:${line}: ${what}`));
  }
  written = (changes) => happened({ kind: "store", changes });
  secrets = await store.read(providerSecrets);
  happened({ kind: "setup", files: blueprints.map(({ name }) => name), changes: setup, warnings });
  const all = opened.move();
  return { runtime, inbox, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Texts that no request may be shown with. Nothing in a trial changes a stage. */
function providerSecrets(tx: Snapshot): string[] {
  return tx
    .list("authentik_stages_authenticator_sms.authenticatorsmsstage")
    .flatMap(({ auth, auth_password, postern_headers }) => [
      auth,
      auth_password,
      ...Object.values(postern_headers).map(String),
    ]);
}
