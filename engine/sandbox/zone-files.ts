// The platform's time zones, for the guest: TZif files from where Python looks for them, by name.
import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** Where CPython's `zoneinfo.TZPATH` looks on every platform but Windows, which has no such files. */
const FOLDERS = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"];

/** Those of the folders that are there, as real paths. */
export function zoneFolders(): string[] {
  return FOLDERS.flatMap((folder) => {
    try {
      return [realpathSync(folder)];
    } catch {
      return [];
    }
  });
}

/** Names such files have. No part begins with a dot, so that no name leads out of its folder. */
const NAME = /^[A-Za-z0-9_+-][A-Za-z0-9_+.-]*(\/[A-Za-z0-9_+-][A-Za-z0-9_+.-]*)*$/;
const MAGIC = "TZif";
/** Longer than any; what is longer is no zone. */
const LONGEST = 1 << 18;

/**
 * Answers the guest's `zone(name)`: the bytes of the file as Latin-1, `""` where there is none, `"!"` where it is no
 * TZif file; for the name `""` all names, one a line. Only what begins with TZif's mark is ever handed on, so that a
 * symbolic link among the files shows nothing else.
 */
export function zoneReader(folders: readonly string[]): (name: string) => string {
  let names: string | undefined;
  return (name) => {
    if (name === "") {
      names ??= namesOf(folders).join("\n");
      return names;
    }
    if (name.length > 255 || !NAME.test(name)) return "";
    for (const folder of folders) {
      let bytes: Buffer;
      try {
        bytes = readFileSync(join(folder, name));
      } catch {
        continue;
      }
      const text = bytes.length > LONGEST ? "" : bytes.toString("latin1");
      return text.startsWith(MAGIC) ? text : "!";
    }
    return "";
  };
}

function isZone(path: string): boolean {
  try {
    const file = openSync(path, "r");
    try {
      const start = Buffer.alloc(MAGIC.length);
      return readSync(file, start) === MAGIC.length && start.toString("latin1") === MAGIC;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/** Every zone's name, as `zoneinfo.available_timezones` finds them. */
function namesOf(folders: readonly string[]): string[] {
  const names = new Set<string>();
  const walk = (folder: string, prefix: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = prefix + entry.name;
      if (entry.isDirectory()) {
        // Copies of the rest, with and without leap seconds.
        if (name !== "right" && name !== "posix") walk(path, `${name}/`);
      } else if (NAME.test(name) && !names.has(name) && isZone(path)) names.add(name);
    }
  };
  for (const folder of folders) {
    try {
      walk(folder, "");
    } catch {
      // A folder that cannot be read has no zones.
    }
  }
  names.delete("posixrules");
  return [...names];
}
