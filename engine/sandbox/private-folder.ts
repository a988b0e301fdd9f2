// Who can put files into a folder from which code is run.

// Imported, it is filled with all its names first, which takes longer than the command's start can spare.
const { statSync } = process.getBuiltinModule("node:fs");

/** Whether nobody but its owner and the system's administrator can put files there. Modes mean nothing on Windows. */
export function isPrivate(folder: string): boolean {
  if (process.platform === "win32") return true;
  const { mode, uid } = statSync(folder);
  return (mode & 0o022) === 0 && (uid === 0 || uid === process.getuid?.());
}
