// What is known of a context's shape, in its editor: completion of keys, what they mean, and values of another type.
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { jsonLanguage } from "@codemirror/lang-json";
import { syntaxTree } from "@codemirror/language";
import { type Diagnostic, linter } from "@codemirror/lint";
import type { EditorState, Extension, Text } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import type { ContextSchema } from "../../server/playground/api.ts";

type SyntaxNode = ReturnType<ReturnType<typeof syntaxTree>["resolveInner"]>;
/** The shape of the whole context; undefined while it is not known. */
export type Shape = () => ContextSchema | undefined;
/** Says that a value of this type is expected. */
export type Expected = (type: string) => string;

const VALUES: Readonly<Record<string, string>> = {
  Object: "object",
  Array: "array",
  String: "string",
  Number: "integer",
  True: "boolean",
  False: "boolean",
};

function keyOf(doc: Text, property: SyntaxNode): string | undefined {
  const name = property.getChild("PropertyName");
  if (name === null) return undefined;
  try {
    return JSON.parse(doc.sliceString(name.from, name.to)) as string;
  } catch {
    return undefined;
  }
}

/** The schema of a value of the text, with references followed. */
function schemaAt(doc: Text, node: SyntaxNode | null, root: ContextSchema): ContextSchema {
  const steps: (string | null)[] = [];
  for (let at = node; at !== null; at = at.parent) {
    const { parent } = at;
    if (parent?.name === "Property") steps.unshift(keyOf(doc, parent) ?? "");
    else if (parent?.name === "Array") steps.unshift(null);
  }
  const follow = (schema: ContextSchema): ContextSchema => {
    const name = schema.$ref?.replace("#/$defs/", "");
    return name === undefined ? schema : { ...root.$defs?.[name], ...schema };
  };
  return steps.reduce((schema: ContextSchema, step) => {
    const next = step === null ? schema.items : schema.properties?.[step];
    return next === undefined ? {} : follow(next);
  }, follow(root));
}

function complete({ state, pos, explicit }: CompletionContext, shape: Shape): CompletionResult | null {
  const root = shape();
  const node = syntaxTree(state).resolveInner(pos, -1);
  const isName = node.name === "PropertyName";
  let object: SyntaxNode | null = node;
  while (object !== null && object.name !== "Object") {
    // A value is being written, or what follows it.
    if (VALUES[object.name] !== undefined || object.name === "Null") return null;
    object = object.parent;
  }
  if (root === undefined || object === null || (!isName && !explicit)) return null;
  const { doc } = state;
  const taken = new Set(
    object
      .getChildren("Property")
      .map((each) => (isName && each.firstChild?.from === node.from ? "" : keyOf(doc, each))),
  );
  const [from, to] = isName ? [node.from, node.to] : [pos, pos];
  const hasColon = isName && /^\s*:/.test(doc.sliceString(to, to + 20));
  const options = Object.entries(schemaAt(doc, object, root).properties ?? {})
    .filter(([key]) => !taken.has(key))
    .map(([key, { type, description }]): Completion => {
      return {
        label: JSON.stringify(key),
        type: "property",
        ...(type === undefined ? {} : { detail: type }),
        ...(description === undefined ? {} : { info: description }),
        apply: `${JSON.stringify(key)}${hasColon ? "" : ": "}`,
      };
    });
  return options.length === 0 ? null : { from, to, options };
}

function typeFaults(state: EditorState, shape: Shape, expected: Expected): Diagnostic[] {
  const root = shape();
  if (root === undefined) return [];
  const faults: Diagnostic[] = [];
  syntaxTree(state).iterate({
    enter({ node, name, from, to }) {
      const type = VALUES[name];
      if (type === undefined) return;
      const { type: wanted } = schemaAt(state.doc, node, root);
      if (wanted === undefined || wanted === type) return;
      faults.push({
        from,
        to: name === "Object" || name === "Array" ? from + 1 : to,
        severity: "warning",
        message: expected(wanted),
      });
    },
  });
  return faults;
}

/** The extensions of a context's editor. */
export function shaped(shape: Shape, expected: Expected): Extension {
  return [
    jsonLanguage.data.of({ autocomplete: (context: CompletionContext) => complete(context, shape) }),
    linter(({ state }) => typeFaults(state, shape, expected), { delay: 100 }),
    hoverTooltip((view, position) => {
      const root = shape();
      const name = syntaxTree(view.state).resolveInner(position, 1);
      if (root === undefined || name.name !== "PropertyName") return null;
      const { description } = schemaAt(view.state.doc, name, root);
      if (description === undefined) return null;
      return {
        pos: name.from,
        end: name.to,
        create: () => {
          const dom = document.createElement("div");
          dom.className = "hover";
          dom.textContent = description;
          return { dom };
        },
      };
    }),
  ];
}
