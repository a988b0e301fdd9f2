// The server with everything behind it: settings, store, blueprints, the first administrator.
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { constants, copyFile, link, open, readFile, rm } from "node:fs/promises";
import { createServer as createProbe } from "node:net";
import { dirname, join } from "node:path";
import type { Store, Transaction } from "../runtime/index.ts";
import { createLogger, createServer, loadSettings, runtimeLogger, SettingsError } from "../server/index.ts";
import { unknownVariables } from "../server/settings-source.ts";
import { createToken } from "../server/tokens.ts";
import type { OpenedServer, OpenServerOptions } from "./host.ts";
import { readInput } from "./input-file.ts";
import { UsageError } from "./io.ts";
import { limitsOf } from "./limit-options.ts";
import { applyBlueprint, makeStoreFolder, openParts } from "./open-runtime.ts";
import { serveSettingsSchema } from "./serve-settings.ts";
import { isDatabase } from "./store-options.ts";

/** Opens the server and has it listen. Throws {@link UsageError} for what a person can mend. */
export async function openServer(options: OpenServerOptions): Promise<OpenedServer> {
  const { io, env, inbox } = options;
  const settings = await settingsOf(options);
  const logger = createLogger(settings.logLevel, { write: (line) => void io.stderr.write(line) });
  const notice = (text: string): void => logger.warn(text);
  for (const name of unknownVariables(serveSettingsSchema, env, ["POSTERN_SETTINGS"])) {
    notice(`${name}: there is no such setting; the variable has no effect on the server`);
  }
  const folder = settings.data ?? options.dataFolder;
  const storePlace = settings.store ?? join(folder, "postern.json");
  // Before anything is written: the token of a first start that ends here would never have been shown.
  await listening(() => tryAddress(settings), settings);
  await using opened = new AsyncDisposableStack();
  const { engine, store, runtime, resources } = await openParts({
    storePlace,
    storeKey: settings.storeKey,
    engine: { limits: limitsOf(settings) },
    allow: inbox === undefined ? settings.allow : [...settings.allow, inbox.url],
    twilioBaseUrl: inbox?.url,
    env,
    logger: runtimeLogger(logger),
    secret: settings.secretKey ?? (await keptSecret(storePlace)),
    codeAlarm: { sent: settings.codeAlarmSent, confirmed: settings.codeAlarmConfirmed },
    notice,
  });
  opened.use(resources);
  const empty = await store.read((tx) => tx.list("authentik_core.user").length === 0);
  const context = { ...(inbox !== undefined && { gateway_url: inbox.gatewayUrl }), ...options.context };
  for (const file of settings.blueprints) {
    await applyBlueprint(runtime, await readInput(file, io), { file, context }, notice);
  }
  const {
    data: _data,
    store: _store,
    storeKey: _key,
    blueprints: _blueprints,
    allow: _allow,
    codeAlarmSent: _sent,
    codeAlarmConfirmed: _confirmed,
    ...rest
  } = settings;
  const { limitSteps: _s, limitCpuMs: _c, limitMemoryMb: _m, limitWallMs: _w, ...own } = rest;
  const secretKey = runtime.services.secret;
  const server = opened.use(await createServer({ runtime, engine, settings: { ...own, secretKey }, logger }));
  const url = await listening(() => server.listen(), settings);
  const token = empty ? await firstAdministrator(store) : undefined;
  const all = opened.move();
  return { url, ...(token !== undefined && { token }), close: () => all.disposeAsync() };
}

type ServeSettings = ReturnType<typeof loadSettings<typeof serveSettingsSchema.shape>>;

/** The settings from all their sources. Throws {@link UsageError} that names each one that cannot be used. */
export async function settingsOf({
  given,
  settingsFile,
  env,
  io,
}: Pick<OpenServerOptions, "given" | "settingsFile" | "env" | "io">): Promise<ServeSettings> {
  const file =
    settingsFile === undefined ? undefined : { name: settingsFile, text: await readInput(settingsFile, io) };
  try {
    return loadSettings(serveSettingsSchema, { given, env, file });
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(error.message);
    throw error;
  }
}

/** The key that was drawn for this folder, drawn now where there is none. Readable by its owner only. */
async function keptSecret(storePlace: string): Promise<string> {
  if (isDatabase(storePlace)) {
    throw new UsageError(
      "secretKey (POSTERN_SECRET_KEY): must be set with a database, the same for every process; openssl rand -hex 32 makes one",
    );
  }
  const folder = dirname(storePlace);
  const path = join(folder, "secret.key");
  await makeStoreFolder(folder);
  let key = await keyIn(path);
  if (key === undefined) {
    await drawKey(path);
    key = (await keyIn(path)) ?? "";
  }
  if (key.length < 32) {
    throw new UsageError(
      `${path}: is not a key (at least 32 characters); delete it to have a new one drawn, which logs everybody out`,
    );
  }
  return key;
}

/** What stands in a key's file; nothing where there is none. */
async function keyIn(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new UsageError(`${path}: cannot be read: ${message}`);
  }
}

/** Draws a key into a file, unless another start is quicker. The file is put into its place whole: half a key is none. */
async function drawKey(path: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    const handle = await open(draft, "wx", 0o600);
    try {
      await handle.writeFile(`${randomBytes(48).toString("base64url")}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      // File systems without hard links.
      return copyFile(draft, path, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw new UsageError(`${path}: cannot be made: ${message}`);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Makes `akadmin`, unless a blueprint has, a superuser; and answers a token of theirs. Nothing where another process was
 * quicker.
 */
async function firstAdministrator(store: Store): Promise<string | undefined> {
  return await store.transaction((tx: Transaction) => {
    const [known] = tx.list("authentik_core.user", { username: "akadmin" });
    if (known !== undefined && tx.list("authentik_core.token", { user: known.pk }).length > 0)
      return undefined;
    const [group] = tx.list("authentik_core.group", { is_superuser: true });
    const { pk } =
      group ?? tx.insert("authentik_core.group", { name: "authentik Admins", is_superuser: true });
    const fields = { username: "akadmin", name: "authentik Default Admin" };
    const user = known ?? tx.insert("authentik_core.user", fields);
    if (!user.groups.includes(pk))
      tx.update("authentik_core.user", user.pk, { groups: [...user.groups, pk] });
    return createToken(tx, user.pk).key;
  });
}

/** Listens for a moment. */
async function tryAddress({ host, port }: ServeSettings): Promise<void> {
  const probe = createProbe();
  probe.listen(port, host);
  await once(probe, "listening");
  await new Promise((resolve) => probe.close(resolve));
}

async function listening<T>(listen: () => Promise<T>, { host, port }: ServeSettings): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: { readonly [code: string]: string } = {
      EADDRINUSE: "another program listens there; choose another --port, or 0 for a free one",
      EACCES: "this user may not listen there; choose a --port from 1024",
      EADDRNOTAVAIL: "this machine has no such address; choose another --host",
      ENOTFOUND: "there is no such host; choose another --host",
    };
    throw new UsageError(`${host}:${port}: ${reasons[code ?? ""] ?? message}`);
  }
}
