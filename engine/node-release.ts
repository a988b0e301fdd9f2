// Which releases of Node Postern runs on. cli/bin.mjs has the same rule in words that older releases can read.
import { UnsupportedNode } from "./errors.ts";

/** The supported range, in words. */
export const SUPPORTED_NODE = "Node 24 from 24.15 on, or an even-numbered release after it";

/**
 * What a release is to Postern: `tested`; `later`, an even-numbered one that came after it; or `refused`. Odd-numbered
 * releases live for half a year and then get no fixes of V8, which is a wall of the sandbox.
 */
export function nodeFit(version: string): "tested" | "later" | "refused" {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major === 24) return minor >= 15 ? "tested" : "refused";
  return major > 24 && major % 2 === 0 ? "later" : "refused";
}

/** Throws {@link UnsupportedNode} where this process runs on a release that is refused. */
export function requireSupportedNode(): void {
  const { node } = process.versions;
  if (nodeFit(node) === "refused") throw new UnsupportedNode(node, SUPPORTED_NODE);
}
