// What a package carries of the sandbox, bundled when it was packed: where that stands beside us, nothing is bundled here.
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bundles } from "./bundle.ts";

/** The file's name, beside this module. */
export const PACKED_BUNDLES = "bundles.json";

interface Packed extends Pick<Bundles, "guest" | "realm" | "worker"> {
  /** The guest's entry, relative to this module; in a package there need be no such file. */
  readonly entry: string;
}

/** The text of {@link PACKED_BUNDLES}. */
export function packBundles({ guest, realm, worker }: Bundles, entry: string): string {
  return JSON.stringify({ entry, guest, realm, worker } satisfies Packed);
}

/** The bundles that were packed for this guest; undefined in a checkout, and for another guest. */
export function packedBundles(guestEntry: string): Bundles | undefined {
  const folder = dirname(fileURLToPath(import.meta.url));
  const path = join(folder, PACKED_BUNDLES);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const { entry, ...texts } = JSON.parse(text) as Packed;
  if (resolve(folder, entry) !== resolve(guestEntry)) return undefined;
  const { mtimeMs, size } = statSync(path);
  return { ...texts, sources: [{ path, mtimeMs, size }] };
}
