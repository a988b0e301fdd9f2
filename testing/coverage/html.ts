// Coverage as one HTML page: every file with its lines, how often each ran, and the ways that were never taken.

import { coverageRows } from "./summary.ts";
import { type FileCoverage, sharesOf } from "./tally.ts";

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const STYLE = `
:root{color-scheme:light dark;--run:#1a7f3722;--not:#cf222e33;--part:#bf870033;--dim:#6e7781}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}
pre{font:13px/1.5 ui-monospace,monospace;margin:0;overflow-x:auto}
.line{display:block;min-width:max-content}.line i{display:inline-block;width:4.5rem;color:var(--dim);font-style:normal;text-align:right;padding-right:1rem;user-select:none}
.run{background:var(--run)}.not{background:var(--not)}.part{background:var(--part)}.note{color:var(--dim);padding-left:1.5rem}`;

function fileSection(file: FileCoverage, name: string, id: string): string {
  const ways = new Map<number, string[]>();
  for (const branch of file.branches) {
    const never = branch.ways.filter(({ count }) => count === 0).map((way) => way.name);
    if (never.length > 0)
      ways.set(branch.line, [...(ways.get(branch.line) ?? []), `${branch.kind}: never ${never.join(", ")}`]);
  }
  const lines = file.text
    .replace(/\r?\n$/, "")
    .split(/\r\n|\r|\n/)
    .map((text, i) => {
      const count = file.lines.get(i + 1);
      const notes = count === 0 ? [] : (ways.get(i + 1) ?? []);
      const style = count === undefined ? "" : count === 0 ? " not" : notes.length > 0 ? " part" : " run";
      const note = notes.length === 0 ? "" : `<span class="note">${escaped(notes.join("; "))}</span>`;
      return `<span class="line${style}"><i>${i + 1}</i><i>${count === undefined ? "" : `${count}×`}</i>${escaped(text)}${note}</span>`;
    });
  return `<h2 id="${id}">${escaped(name)}</h2>\n<pre>${lines.join("\n")}</pre>`;
}

/** The page. It refers to nothing outside itself. */
export function coverageHtml(files: readonly FileCoverage[], nameOf: (file: string) => string): string {
  const rows = coverageRows(files, nameOf).map(({ file, lines, branches, missed }, i) => {
    const name = i < files.length ? `<a href="#f${i}">${escaped(file)}</a>` : escaped(file);
    return `<tr><td>${name}</td><td>${lines}</td><td>${branches}</td><td>${escaped(missed)}</td></tr>`;
  });
  const { lines, linesRun, ways, waysTaken } = sharesOf(files);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Coverage</title><style>${STYLE}</style>
<h1>Coverage</h1>
<p>${linesRun} of ${lines} lines ran, ${waysTaken} of ${ways} ways of branches were taken.</p>
<table><tr><th>file</th><th>lines</th><th>branches</th><th>not run</th></tr>
${rows.join("\n")}
</table>
${files.map((file, i) => fileSection(file, nameOf(file.file), `f${i}`)).join("\n")}
</html>
`;
}
