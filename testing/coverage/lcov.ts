// Coverage as an lcov tracefile, which editors and code hosts read.
import type { FileCoverage } from "./tally.ts";

/** The tracefile of files; `nameOf` gives the path that readers know a file by. */
export function lcov(files: readonly FileCoverage[], nameOf: (file: string) => string): string {
  const out: string[] = [];
  for (const { file, lines, branches } of files) {
    out.push("TN:", `SF:${nameOf(file)}`);
    let [found, hit] = [0, 0];
    for (const [block, { line, ways }] of branches.entries()) {
      const isReached = ways.some(({ count }) => count > 0);
      for (const [i, { count }] of ways.entries()) {
        out.push(`BRDA:${line},${block},${i},${isReached ? count : "-"}`);
        found += 1;
        if (count > 0) hit += 1;
      }
    }
    out.push(`BRF:${found}`, `BRH:${hit}`);
    const sorted = [...lines].sort(([a], [b]) => a - b);
    for (const [line, count] of sorted) out.push(`DA:${line},${count}`);
    out.push(`LF:${sorted.length}`, `LH:${sorted.filter(([, count]) => count > 0).length}`, "end_of_record");
  }
  return out.length === 0 ? "" : `${out.join("\n")}\n`;
}
