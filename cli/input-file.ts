// Reading the files that commands are given; `-` is stdin.
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { type CommandIo, UsageError } from "./io.ts";

const reasons: Record<string, string> = {
  ENOENT: "there is no such file",
  EISDIR: "is a folder, not a file",
  EACCES: "may not be read",
};

/** The text of a file, or of stdin for `-`. Throws {@link UsageError} naming the file and the reason. */
export async function readInput(file: string, io: CommandIo): Promise<string> {
  if (file === "-") return await text(io.stdin);
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: ${reasons[code ?? ""] ?? message}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${file}: is not UTF-8 text`);
  }
}
