// What `postern doctor` looks at: Node, native modules, snapshot, sandbox, time zones, settings, store.
//
// Each look is one line that never throws. Native modules are tried in a process of their own: a module that was built
// for another Node may end the process that loads it.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEngine } from "../engine/index.ts";
import { nodeFit, SUPPORTED_NODE } from "../engine/node-release.ts";
import { findArtifacts } from "../engine/sandbox/snapshot.ts";
import { defaultLimits, sandboxOptions } from "../engine/sandbox-options.ts";
import type { Engine } from "../engine/types.ts";
import { inspectStore } from "../runtime/index.ts";
import type { Examined, ExamineOptions } from "./host.ts";
import { settingsOf } from "./open-server.ts";
import { isDatabase, placeFault, shownPlace } from "./store-options.ts";

const run = promisify(execFile);
const SET_UP = "npm start, in a checkout, sets everything up again; elsewhere, npm rebuild isolated-vm re2";

/** All looks, in the order in which a person mends what they find. */
export async function examine(options: ExamineOptions): Promise<readonly Examined[]> {
  const modules = [
    await nativeModule(
      "isolated-vm",
      "const { Isolate } = require(name); new Isolate().createContextSync().evalSync('1')",
    ),
    await nativeModule(
      "re2",
      "if (!new (require(name))('^a+$').test('aa')) throw new Error('it does not match')",
    ),
  ];
  const found = [nodeVersion(process.versions.node), ...modules];
  if (modules.every(({ state }) => state === "ok")) {
    found.push(snapshot(), ...(await sandbox()));
  }
  return [...found, ...(await settingsAndStore(options))];
}

/** Whether this Node is one that Postern is made for. */
export function nodeVersion(version: string): Examined {
  const found = `Node ${version}; supported: ${SUPPORTED_NODE}`;
  const fit = nodeFit(version);
  if (fit === "tested") return { name: "node", state: "ok", found };
  const isLater = fit === "later";
  const todo = isLater
    ? "Postern is tested with Node 24 LTS: install that if something is odd"
    : "install Node 24 LTS, 24.15 or later";
  return { name: "node", state: isLater ? "warn" : "fail", found, todo };
}

/** Loads a module in a process of its own and runs `program` on it there; `name` is the module's. */
export async function nativeModule(name: string, program: string): Promise<Examined> {
  const require = createRequire(import.meta.url);
  try {
    const { version } = require(`${name}/package.json`) as { version: string };
    const script = `const name = ${JSON.stringify(require.resolve(name))}; ${program}`;
    await run(process.execPath, ["--no-node-snapshot", "-e", script], { env: {}, timeout: 30_000 });
    return { name, state: "ok", found: `${name} ${version} loads and works` };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const said = errorParagraph(stderr || message) ?? message;
    return { name, state: "fail", found: `${name} does not load: ${said}`, todo: SET_UP };
  }
}

/** The lines of an error up to its stack, as one: why a library does not load stands in the second and third. */
function errorParagraph(text: string): string | undefined {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => /^(?:\w*Error|Cannot)\b/.test(line));
  if (first < 0) return undefined;
  const rest = lines.slice(first + 1);
  const end = rest.findIndex((line) => line.trim() === "" || /^\s+at /.test(line));
  return [lines[first] as string, ...rest.slice(0, end < 0 ? 3 : end)].join(" ");
}

function snapshot(): Examined {
  const name = "snapshot";
  const built = findArtifacts(sandboxOptions(defaultLimits).guestEntry, undefined, true);
  if (built !== undefined) {
    const size = `${(built.snapshot.bytes / (1 << 20)).toFixed(1)} MiB`;
    return { name, state: "ok", found: `the sandbox's snapshot is built and whole (${size})` };
  }
  return {
    name,
    state: "warn",
    found: "the sandbox's snapshot is not built, or older than its sources",
    todo: "the first evaluation builds it, in some seconds; where node_modules/.cache/postern cannot be written, every start does",
  };
}

const TRIAL =
  "import re\nreturn regex_match('+49 170', r'^\\+49') and re.sub(r'\\D', '', '+49 170') == '49170'";
const ZONES =
  "from datetime import datetime\nfrom zoneinfo import ZoneInfo, available_timezones\n" +
  "noon = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo('Europe/Berlin'))\n" +
  "return [noon.utcoffset().total_seconds(), len(available_timezones())]";

/** Starts the sandbox as every other command does, and evaluates in it. */
async function sandbox(): Promise<Examined[]> {
  const name = "sandbox";
  const begun = performance.now();
  let engine: Engine;
  try {
    engine = await createEngine();
  } catch (error) {
    return [{ name, state: "fail", found: `the sandbox does not start: ${text(error)}`, todo: SET_UP }];
  }
  try {
    const trial = await engine.expression("doctor", TRIAL).run({});
    if (trial.result !== true) {
      const why =
        trial.error === undefined ? `${trial.repr} came out` : `${trial.error.type}: ${trial.error.message}`;
      return [{ name, state: "fail", found: `the sandbox evaluates wrongly: ${why}`, todo: SET_UP }];
    }
    const ms = Math.round(performance.now() - begun);
    const zones = await engine.expression("doctor", ZONES).run({});
    return [
      { name, state: "ok", found: `the sandbox starts and evaluates (${ms} ms)` },
      timeZones(zones.error === undefined ? zones.result : zones.error.message),
    ];
  } catch (error) {
    return [{ name, state: "fail", found: `the sandbox does not evaluate: ${text(error)}`, todo: SET_UP }];
  } finally {
    await engine.close();
  }
}

/** What `zoneinfo` found: Berlin's offset in July and the number of zones, or its error's text. */
export function timeZones(answer: unknown): Examined {
  const name = "time-zones";
  const [offset, count] = Array.isArray(answer) ? answer : [];
  if (offset === 7200) return { name, state: "ok", found: `zoneinfo has ${count} time zones` };
  return {
    name,
    state: "warn",
    found: `zoneinfo has no time zones: ${typeof answer === "string" ? answer : JSON.stringify(answer)}`,
    todo: "install the system's time zone files (tzdata) if an expression uses zoneinfo",
  };
}

/** The settings of `postern serve`, and the store they name: that of the command line where they cannot be used. */
export async function settingsAndStore(options: ExamineOptions): Promise<Examined[]> {
  const { given, env, dataFolder } = options;
  const text = (name: string, variable: string): string | undefined =>
    (given[name] as string | undefined) ?? (env[variable] || undefined);
  let settings: {
    readonly data?: string;
    readonly store?: string;
    readonly storeKey?: string;
    readonly secretKey?: string;
  };
  const found: Examined[] = [];
  try {
    settings = await settingsOf(options);
  } catch (error) {
    const todo = "correct what each line names; docs/operations.md has all settings";
    found.push({ name: "settings", state: "fail", found: (error as Error).message, todo });
    settings = {
      data: text("data", "POSTERN_DATA"),
      store: text("store", "POSTERN_STORE"),
      storeKey: text("storeKey", "POSTERN_STORE_KEY"),
    };
  }
  const place = settings.store ?? join(settings.data ?? dataFolder, "postern.json");
  // The settings' line says what is wrong with it; nothing is there to be looked at.
  if (placeFault(place) !== undefined) return found;
  if (found.length === 0) found.push(secretSetting(place, settings.secretKey));
  return [...found, await store(place, settings.storeKey)];
}

function secretSetting(place: string, secretKey: string | undefined): Examined {
  const name = "settings";
  if (!isDatabase(place) || secretKey !== undefined)
    return { name, state: "ok", found: "the settings of postern serve can be used" };
  return {
    name,
    state: "fail",
    found: "secretKey (POSTERN_SECRET_KEY) is not set, and has to be with a database",
    todo: "set it to the same text for every process; openssl rand -hex 32 makes one",
  };
}

async function store(place: string, key: string | undefined): Promise<Examined> {
  const name = "store";
  const shown = shownPlace(place);
  try {
    const { exists, rows } = await inspectStore(place, { key });
    if (!exists) return { name, state: "ok", found: `${shown}: not there yet; the first start makes it` };
    return { name, state: "ok", found: `${shown}: can be opened (${rows} rows)` };
  } catch (error) {
    const { name: kind, message } = error as Error;
    // Somebody works with it: nothing is wrong with that, unless a second one was to be started.
    if (kind === "StoreLocked")
      return {
        name,
        state: "warn",
        found: message,
        todo: "end that process before you start another on this store",
      };
    const todo: { readonly [kind: string]: string } = {
      StoreDamaged: "do what the message says; nothing was changed",
      StoreKeyError: "set POSTERN_STORE_KEY to the key that the store was written with",
      StoreUnavailable: "start the database, or correct the address in POSTERN_STORE",
    };
    return {
      name,
      state: "fail",
      found: message,
      todo: todo[kind] ?? "correct the folder, or choose another with --data",
    };
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
