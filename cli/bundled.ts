// The command's quick half as a bundle, where there is one that was made of the very files that are here.
//
// To load two hundred modules takes longer than most expressions. In a package the bundle lies beside this file. In a checkout
// the set-up makes it (`scripts/bundle-command.ts`), below node_modules/.cache, and notes with it all that it was made of, the
// sandbox's parts included: each file's size, and when its content and its entry last changed, of which nobody can set back the
// latter. Where one differs the sources run. To look at them all takes a while, and to start a worker takes longer: so the worker
// begins before, is given nothing until all is known to be current, and is ended where it is not.
import { isPrivate } from "../engine/sandbox/private-folder.ts";
import type { Manifest } from "../engine/sandbox/snapshot.ts";

// Imported, they are filled with all their names first, which takes longer than all that is done here.
const { existsSync, readFileSync, statSync } = process.getBuiltinModule("node:fs");
const { fileURLToPath } = process.getBuiltinModule("node:url");

/** The folder of the checkout, or of the package's files. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));
/** Where the set-up keeps bundles, each in a folder of its own. */
export const cache: string = fileURLToPath(
  new URL("../node_modules/.cache/postern/command/", import.meta.url),
);
/** What artifacts of a sandbox depend on besides files. */
export const platform = `${process.version} ${process.platform} ${process.arch}`;

/** What a worker starts from. */
export type Artifacts = Pick<Manifest, "nativeLibraries" | "worker" | "snapshot">;

/** The first line of the manifest; a line for each file follows, as {@link stampOf} has it. */
export interface BundleHead {
  readonly root: string;
  readonly platform: string;
  /** Of the bundle, below {@link cache}. */
  readonly folder: string;
  readonly artifacts: Artifacts;
}

/** A bundle that was found; whether it is current is not known yet. */
export interface CommandBundle {
  /** What a worker starts from, where that was noted. */
  readonly artifacts?: Artifacts;
  /** The URL of one of its two modules. */
  entry(name: "early" | "main"): string;
  /** True where all that it was made of is as it was then. */
  isCurrent(): boolean;
}

/** The manifest of this checkout: several may share their node_modules by a link. */
export function manifestFile(): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < root.length; at += 1) hash = Math.imul(hash ^ root.charCodeAt(at), 0x01000193) >>> 0;
  return `${cache}${hash.toString(16)}.manifest`;
}

/** A file as it is now, in one line. */
export function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? `- - - ${path}` : `${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${path}`;
}

/** The package's bundle, or the last one of this checkout; undefined where there is none. Throws nothing. */
export function findBundle(): CommandBundle | undefined {
  const beside = new URL("./bundle/", import.meta.url);
  if (existsSync(new URL("main.mjs", beside)))
    return { entry: (name) => new URL(`${name}.mjs`, beside).href, isCurrent: () => true };
  try {
    if (!isPrivate(cache)) return undefined;
    const text = readFileSync(manifestFile(), "utf8");
    const end = text.indexOf("\n");
    const head = JSON.parse(text.slice(0, end)) as BundleHead;
    if (head.root !== root || head.platform !== platform) return undefined;
    const folder = new URL(`../node_modules/.cache/postern/command/${head.folder}/`, import.meta.url);
    return {
      artifacts: head.artifacts,
      entry: (name) => new URL(`${name}.mjs`, folder).href,
      isCurrent: () =>
        text
          .slice(end + 1)
          .split("\n")
          .every((stamp) => stampOf(stamp.replace(/^\S+ \S+ \S+ /, "")) === stamp),
    };
  } catch {
    // None was made, or it is damaged.
    return undefined;
  }
}
