// What the worker reads for `zoneinfo`: TZif files below the zones' folders, and nothing else.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zoneFolders, zoneReader } from "../../../engine/sandbox/zone-files.ts";

const FILE = "TZif2 not much of a zone";

describe("the reader of time zones", () => {
  let root: string;
  let read: (name: string) => string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "zones-"));
    const zones = join(root, "zones");
    for (const folder of ["zones/Europe", "zones/right", "later"])
      mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, "secret"), "secret");
    writeFileSync(join(root, "TZif-outside"), FILE);
    writeFileSync(join(zones, "UTC"), FILE);
    writeFileSync(join(zones, "Europe", "Berlin"), `${FILE}\u0001\ufffd`);
    writeFileSync(join(zones, "right", "UTC"), FILE);
    writeFileSync(join(zones, "posixrules"), FILE);
    writeFileSync(join(zones, "zone.tab"), "# no zone");
    writeFileSync(join(root, "later", "Later"), FILE);
    writeFileSync(join(root, "later", "UTC"), `${FILE} of the later folder`);
    symlinkSync(join(root, "secret"), join(zones, "linked-secret"));
    symlinkSync("UTC", join(zones, "linked-zone"));
    read = zoneReader([zones, join(root, "missing"), join(root, "later")]);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it("gives a file's bytes as Latin-1", () => {
    expect(read("UTC")).toBe(FILE);
    expect(read("Europe/Berlin")).toBe(`${FILE}\u0001\u00ef\u00bf\u00bd`);
  });
  it("looks in the folders in their order", () => expect(read("Later")).toBe(FILE));
  it("follows a link to a zone, and shows nothing of a link to anything else", () => {
    expect(read("linked-zone")).toBe(FILE);
    expect(read("linked-secret")).toBe("!");
  });
  it("says that a file is no zone", () => expect(read("zone.tab")).toBe("!"));
  it.each([
    "Nowhere",
    "Europe",
    "../secret",
    "../TZif-outside",
    "Europe/../UTC",
    "/etc/passwd",
    "./UTC",
    "UTC/",
    "UTC\0",
    ".",
    "x".repeat(300),
  ])("finds nothing for %j", (name) => expect(read(name)).toBe(""));
  it("lists every zone once, and no copies", () => {
    expect(read("").split("\n").sort()).toEqual(["Europe/Berlin", "Later", "UTC", "linked-zone"]);
  });
  it("has nothing where no folder is", () => {
    const nothing = zoneReader([join(root, "missing")]);
    expect([nothing("UTC"), nothing("")]).toEqual(["", ""]);
  });
  it("finds the platform's folders by their real paths", () => {
    for (const folder of zoneFolders()) expect(folder.startsWith("/")).toBe(true);
  });
});
