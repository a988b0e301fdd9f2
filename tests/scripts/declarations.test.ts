// What the API reference is made from: exported names, their docstrings and texts, through re-exports.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportsOf } from "../../scripts/declarations.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-declarations-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("declarations are found with their docstrings, whatever stands inside of them", () => {
  const found = exportsOf(
    file(
      "all.d.ts",
      `import type { A } from "./a.ts";
/** Adds.
 *
 * @param a a number; see {@link T}
 */
export declare function add(a: number): number;
export declare function add(a: bigint): bigint;
/** Not exported. */
interface Hidden {
    readonly text: ";}";
}
/** Either. */
export type T = {
    readonly a: "}";
}
/** inside; } */
 | Hidden;
export interface Silent {
    /** One; two } */
    method(): \`\${string};\`;
}
/** A class. */
export declare class C<X = {}> extends Error {
    #private;
}
export declare const value: readonly {
    a: 1;
}[];
`,
    ),
  );
  expect([...found.values()].map(({ name, doc }) => [name, doc])).toEqual([
    ["add", "Adds.\n\n@param a a number; see {@link T}"],
    ["T", "Either."],
    ["Silent", ""],
    ["C", "A class."],
    ["value", ""],
  ]);
  expect(found.get("add")?.text).toBe("function add(a: number): number;\nfunction add(a: bigint): bigint;");
  expect(found.get("T")?.text).toMatch(/^type T = \{[\s\S]* \| Hidden;$/);
  expect(found.get("C")?.text).toBe("class C<X = {}> extends Error {\n    #private;\n}");
  expect(found.get("value")?.text).toBe("const value: readonly {\n    a: 1;\n}[];");
});

test("re-exports are followed: by name, by another name, all of them, and those that were imported first", () => {
  file("deep.d.ts", "/** Deep. */\nexport interface Deep {\n}\n/** Other. */\nexport type Other = 1;\n");
  file("middle.d.ts", 'import type { Deep } from "./deep.ts";\nexport type { Deep };\n');
  const door = file(
    "door.d.ts",
    'export { type Deep } from "./middle.ts";\nexport type { Other as Another } from "./deep.ts";\nexport * from "./deep.ts";\n',
  );
  expect([...exportsOf(door).values()].map(({ name, doc }) => `${name}: ${doc}`).sort()).toEqual([
    "Another: Other.",
    "Deep: Deep.",
    "Other: Other.",
  ]);
  const broken = file("broken.d.ts", 'export { Gone } from "./deep.ts";\n');
  expect(() => exportsOf(broken)).toThrow("broken.d.ts exports Gone, which cannot be found");
});
