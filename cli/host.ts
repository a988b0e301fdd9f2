// What a command is given: its outside, the library it runs, and a way to say how it ended.
import type { Engine, EngineOptions } from "../engine/types.ts";
import type { CommandIo, ExitCode } from "./io.ts";
import type { OpenedRuntime } from "./runtime-door.ts";

/** The library, loaded only when a command needs it so that `--help` is quick. */
export interface Library {
  createEngine(options?: EngineOptions): Promise<Engine>;
  /** Opens the store at `storeFile` (made where it is missing) and a runtime on it. */
  openRuntime(options: { storeFile: string; engine: EngineOptions }): Promise<OpenedRuntime>;
}

/** Everything a command uses. */
export interface CommandHost {
  readonly io: CommandIo;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly library: Library;
  /** Sets the exit code. */
  end(code: ExitCode): void;
}
