// An expression taken apart for the rules: tree, scopes, and what its names are surely bound to.
import type { Alias, Import, ImportFrom, Stmt } from "../language/ast.ts";
import { type AuthorLines, parseBody } from "../language/compile.ts";
import type { Scopes } from "../language/scope.ts";
import { type Node, type Place, walk } from "./tree.ts";

/** What an import binds a name to. */
export interface ImportedName {
  readonly module: string;
  /** The name taken from the module; null where the name is the module itself. */
  readonly member: string | null;
}

export class Program {
  readonly body: readonly Stmt[];
  readonly scopes: Scopes;
  readonly lines: AuthorLines;
  /** The text as it was parsed, which offsets count in. */
  readonly text: string;
  /** Names bound by nothing but one and the same import, anywhere in the program. */
  readonly imported: ReadonlyMap<string, ImportedName>;

  constructor(source: string) {
    const { handler, scopes, lines, text } = parseBody(source);
    this.body = handler.body;
    this.scopes = scopes;
    this.lines = lines;
    this.text = text;
    this.imported = this.findImported();
  }

  /** Every node with its place. */
  walk(visit: (node: Node, place: Place) => void): void {
    walk(this.body, this.scopes, visit);
  }

  /** Is the name bound anywhere by the program itself? */
  binds(name: string): boolean {
    for (const scope of this.scopes.byNode.values()) if (scope.bound.has(name)) return true;
    return false;
  }

  private findImported(): Map<string, ImportedName> {
    const found = new Map<string, ImportedName>();
    const other = new Set<string>();
    const put = (name: string, imported: ImportedName): void => {
      const before = found.get(name);
      if (before !== undefined && (before.module !== imported.module || before.member !== imported.member))
        other.add(name);
      found.set(name, imported);
    };
    this.walk((node) => {
      switch (node.kind) {
        case "Import":
          for (const { name, asname } of (node as Import).names) {
            const top = name.split(".")[0] as string;
            put(asname ?? top, { module: asname === null ? top : name, member: null });
          }
          break;
        case "ImportFrom":
          for (const { name, asname } of (node as ImportFrom).names as Alias[]) {
            put(asname ?? name, { module: (node as ImportFrom).module ?? "", member: name });
          }
          break;
        case "Name":
          if ((node as { ctx?: string }).ctx !== "Load") other.add((node as unknown as { id: string }).id);
          break;
        default: {
          // Definitions, parameters, `except … as`, captures of patterns.
          const named = node as { name?: unknown; arg?: unknown; rest?: unknown };
          for (const name of [named.name, node.kind === "Keyword" ? undefined : named.arg, named.rest])
            if (typeof name === "string") other.add(name);
        }
      }
    });
    for (const scope of this.scopes.byNode.values()) for (const name of scope.params) other.add(name);
    for (const name of other) found.delete(name);
    return found;
  }
}
