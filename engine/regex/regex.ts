// The door of engine/regex: everything others may use. Pure; the host's half is re2-host.ts.
export {
  CompiledPattern,
  type CompileOptions,
  compilePattern,
  type Engine,
} from "./compiled-pattern.ts";
export { Flag } from "./flags.ts";
export { engineFor, lastIndex, matchAt, Re2RefusedError, type RegexHost, scan } from "./matching.ts";
export type { CharacterLookup } from "./parse-escape.ts";
export { PatternSyntaxError, PatternValueError, RegexLimitError } from "./pattern-error.ts";
export { re2Through } from "./re2-channel.ts";
export type { MatchMode, Spans } from "./spans.ts";
export { escapePattern, parseTemplate } from "./template.ts";
