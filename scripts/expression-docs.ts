// Writes the tables of docs/expressions.md from the table of sites: node scripts/expression-docs.ts
import { readFileSync, writeFileSync } from "node:fs";
import {
  contextKeys,
  listPlaces,
  namesAtPlace,
  PLACES,
  type Place,
  placesOfName,
  presence,
} from "../engine/expressions/places.ts";
import { siteNames } from "../engine/expressions/sites.ts";

const page = new URL("../docs/expressions.md", import.meta.url);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const places = (): string =>
  table(
    ["`--site`", "what stands there", "who sees `ak_message`"],
    PLACES.map(({ place, title, doc, messages = "–" }) => [`\`${place}\``, `${title}. ${doc}`, messages]),
  );

function names(): string {
  const where = (name: string): string => {
    const all = placesOfName(name);
    if (all.length === PLACES.length) return "everywhere";
    const maybe = all.every((place) => namesAtPlace(place).find((one) => one.name === name)?.optional);
    return `${listPlaces(all)}${maybe ? " (not always)" : ""}`;
  };
  return table(
    ["name", "type", "where", ""],
    siteNames.map(({ name, parameters = "", type, doc, capability }) => [
      `\`${name}${parameters}\``,
      `\`${type}\``,
      where(name),
      capability === undefined ? doc : `${doc} Needs the grant \`${capability}\`.`,
    ]),
  );
}

const POLICIES: readonly Place[] = PLACES.filter(({ site }) => site === "policy").map(({ place }) => place);
const keys = (): string =>
  table(
    ["key", "type", ...POLICIES.map((place) => `\`${place}\``), ""],
    contextKeys.map(({ key, type, doc }) => [
      `\`${key}\``,
      `\`${type}\``,
      ...POLICIES.map((place) => presence(key, place) as string),
      doc,
    ]),
  );

/** The page with its tables as the code has them. Throws where a marker is missing. */
export function expressionPage(): string {
  let text = readFileSync(page, "utf8");
  for (const [name, made] of Object.entries({ places, names, keys })) {
    const marked = new RegExp(`(<!-- table ${name} -->\n)[^]*?(\n<!-- end -->)`);
    if (!marked.test(text)) throw new Error(`docs/expressions.md has no table ${name}`);
    text = text.replace(marked, (_, start: string, end: string) => `${start}\n${made()}\n${end}`);
  }
  return text;
}

if (import.meta.main) writeFileSync(page, expressionPage());
