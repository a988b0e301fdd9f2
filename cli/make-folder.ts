// Makes a folder, and those it lies in.
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * As `mkdir` with `recursive`, which in Node never ends where a file system says that there is no such folder as the one to
 * be made: below `/proc`, say.
 *
 * @throws the system's error
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  const parent = dirname(path);
  // Of a folder whose parent is there the system's answer is the last word.
  if (parent !== path && !(await isFolder(parent))) await makeFolder(parent, mode);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
