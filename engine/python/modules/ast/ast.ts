// The module `ast`: what a program sees of it.
import { getAttribute, setAttribute } from "../../attribute.ts";
import { NotImplementedError, pyError } from "../../exceptions.ts";
import { defineAttributes } from "../../function.ts";
import { defineModule } from "../../module.ts";
import type { PyInstance, PyValue } from "../../object.ts";
import { pythonFunctions } from "../python-function.ts";
import { dump } from "./dump.ts";
import { literalEval } from "./literal.ts";
import { nodeType, nodeTypes } from "./nodes.ts";
import { parse } from "./parse.ts";
import { nodeTransformerType, nodeVisitorType } from "./visitor.ts";
import {
  copyLocation,
  fixMissingLocations,
  getDocstring,
  getSourceSegment,
  incrementLineno,
  iterChildNodes,
  iterFields,
  walk,
} from "./walk.ts";

// Old names of a constant's value.
for (const name of ["n", "s"]) {
  defineAttributes<PyInstance>(nodeType("Constant"), {
    [name]: [(self) => getAttribute(self, "value"), (self, value) => setAttribute(self, "value", value)],
  });
}

const functions = pythonFunctions({
  "parse(source, filename='<unknown>', mode='exec', *, type_comments=False, feature_version=None, optimize=-1)":
    parse,
  "literal_eval(node_or_string)": literalEval,
  "dump(node, annotate_fields=True, include_attributes=False, *, indent=None, show_empty=False)": dump,
  "copy_location(new_node, old_node)": copyLocation,
  "fix_missing_locations(node)": fixMissingLocations,
  "increment_lineno(node, n=1)": incrementLineno,
  "iter_fields(node)": iterFields,
  "iter_child_nodes(node)": iterChildNodes,
  "get_docstring(node, clean=True)": getDocstring,
  "get_source_segment(source, node, *, padded=False)": getSourceSegment,
  "walk(node)": walk,
  "unparse(ast_obj)": (_node: PyValue) => {
    throw pyError(NotImplementedError, "ast.unparse() is not available in an expression");
  },
});

defineModule("ast", {
  values: {
    ...functions,
    ...Object.fromEntries(nodeTypes),
    NodeVisitor: nodeVisitorType,
    NodeTransformer: nodeTransformerType,
    PyCF_ONLY_AST: 1024,
    PyCF_TYPE_COMMENTS: 4096,
    PyCF_ALLOW_TOP_LEVEL_AWAIT: 8192,
    PyCF_OPTIMIZED_AST: 33792,
  },
});
