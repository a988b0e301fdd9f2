// Coverage as a table for a terminal, and as the number that a threshold is held against.
import { type FileCoverage, sharesOf } from "./tally.ts";

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (part / whole) * 100);
/** Never rounded up to 100: what is not whole must not look so. */
function shown(value: number): string {
  return `${(value === 100 ? 100 : Math.min(99.9, Math.round(value * 10) / 10)).toFixed(value === 100 ? 0 : 1)} %`;
}

/** The smaller share of lines and branches of all files together, percent. */
export function leastPercent(files: readonly FileCoverage[]): number {
  const { lines, linesRun, ways, waysTaken } = sharesOf(files);
  return Math.min(percent(linesRun, lines), percent(waysTaken, ways));
}

/** What of a file did not run: lines, and ways of branches (`3→else`). */
export function missed({ lines, branches }: FileCoverage): string[] {
  const never = [...lines]
    .filter(([, count]) => count === 0)
    .map(([line]) => line)
    .sort((a, b) => a - b);
  const ranges: string[] = [];
  for (let i = 0; i < never.length; i += 1) {
    const first = never[i] as number;
    while (never[i + 1] === (never[i] as number) + 1) i += 1;
    const last = never[i] as number;
    ranges.push(first === last ? `${first}` : `${first}-${last}`);
  }
  const ways = branches.flatMap(({ kind, line, ways }) =>
    ways.some(({ count }) => count > 0) || lines.get(line) !== 0
      ? ways.filter(({ count }) => count === 0).map(({ name }) => `${line} ${kind}→${name}`)
      : [],
  );
  return [...ranges, ...ways];
}

/** One line for each file, and one for all. */
export function coverageRows(
  files: readonly FileCoverage[],
  nameOf: (file: string) => string,
): { file: string; lines: string; branches: string; missed: string }[] {
  const row = (file: string, some: readonly FileCoverage[], not: string) => {
    const { lines, linesRun, ways, waysTaken } = sharesOf(some);
    return {
      file,
      lines: shown(percent(linesRun, lines)),
      branches: shown(percent(waysTaken, ways)),
      missed: not,
    };
  };
  return [
    ...files.map((file) => row(nameOf(file.file), [file], missed(file).join(", "))),
    row("all", files, ""),
  ];
}
