// A JSON value as a tree that folds.
import type { JsonValue } from "../../../server/playground/api.ts";
import { t } from "../../state.ts";

/** Python's words for what JSON writes otherwise. */
function leaf(value: string | number | boolean | null): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return JSON.stringify(value);
}

/** The tree of a value. */
export function Tree({ value }: { value: JsonValue }) {
  return (
    <div class="tree">
      <Node value={value} />
    </div>
  );
}

function Node({ name, value }: { name?: string; value: JsonValue }) {
  const label = name === undefined ? null : <span class="key">{name}: </span>;
  if (typeof value !== "object" || value === null) {
    return (
      <span class="leaf">
        {label}
        <code class={value === null ? "null" : typeof value}>{leaf(value)}</code>
      </span>
    );
  }
  const members = Object.entries(value);
  const size = Array.isArray(value) ? `[${members.length}]` : `{${members.length}}`;
  if (members.length === 0) {
    return (
      <span class="leaf">
        {label}
        {size} <small>{t("empty")}</small>
      </span>
    );
  }
  return (
    <details open>
      <summary>
        {label}
        <small>{size}</small>
      </summary>
      <ul>
        {members.map(([key, member]) => (
          <li key={key}>
            <Node name={key} value={member} />
          </li>
        ))}
      </ul>
    </details>
  );
}
