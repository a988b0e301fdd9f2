// A compiled program as the host holds it, and its name in the workers.
import { hash } from "node:crypto";
import type { Part } from "./expressions/projection.ts";
import type { SourceMap } from "./expressions/traceback.ts";
import type { CompiledProgram } from "./language/compile.ts";
import type { ExpressionKind } from "./types.ts";

/** A compiled program, shared by all expressions of the same text. */
export interface Program {
  readonly id: string;
  readonly code: string;
  readonly mutates: boolean;
  readonly source: string;
  readonly compiled: CompiledProgram;
  /** What it can reach of its context, by kind; made at the first use. */
  readonly projections: Map<ExpressionKind, Part | null>;
  map: SourceMap | null;
}

/** A name for the code for good. */
export function programId({ code }: CompiledProgram): string {
  return `expression-${hash("sha256", code).slice(0, 32)}`;
}
