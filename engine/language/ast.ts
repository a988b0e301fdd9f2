// The syntax tree: CPython's own (Parser/Python.asdl, 3.13), with offsets in place of line numbers.
//
// Every node has `kind` (CPython's class name) and `start`/`end`, UTF-16 offsets into the text that was
// parsed, end exclusive. Lines and columns are derived from offsets only when something is shown.

/** Offsets into the parsed text, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

// ---- statements ----------------------------------------------------------------------------------

export type Stmt =
  | FunctionDef
  | AsyncFunctionDef
  | ClassDef
  | Return
  | Delete
  | Assign
  | TypeAlias
  | AugAssign
  | AnnAssign
  | For
  | AsyncFor
  | While
  | If
  | With
  | AsyncWith
  | Match
  | Raise
  | Try
  | TryStar
  | Assert
  | Import
  | ImportFrom
  | Global
  | Nonlocal
  | ExprStmt
  | Pass
  | Break
  | Continue;

interface FunctionLike extends Span {
  readonly name: string;
  readonly args: Arguments;
  readonly body: Stmt[];
  readonly decorator_list: Expr[];
  readonly returns: Expr | null;
  readonly type_params: TypeParam[];
}
export interface FunctionDef extends FunctionLike {
  readonly kind: "FunctionDef";
}
export interface AsyncFunctionDef extends FunctionLike {
  readonly kind: "AsyncFunctionDef";
}
export interface ClassDef extends Span {
  readonly kind: "ClassDef";
  readonly name: string;
  readonly bases: Expr[];
  readonly keywords: Keyword[];
  readonly body: Stmt[];
  readonly decorator_list: Expr[];
  readonly type_params: TypeParam[];
}
export interface Return extends Span {
  readonly kind: "Return";
  readonly value: Expr | null;
}
export interface Delete extends Span {
  readonly kind: "Delete";
  readonly targets: Expr[];
}
export interface Assign extends Span {
  readonly kind: "Assign";
  readonly targets: Expr[];
  readonly value: Expr;
}
export interface TypeAlias extends Span {
  readonly kind: "TypeAlias";
  readonly name: Name;
  readonly type_params: TypeParam[];
  readonly value: Expr;
}
export interface AugAssign extends Span {
  readonly kind: "AugAssign";
  readonly target: Name | Attribute | Subscript;
  readonly op: BinaryOperator;
  readonly value: Expr;
}
export interface AnnAssign extends Span {
  readonly kind: "AnnAssign";
  readonly target: Name | Attribute | Subscript;
  readonly annotation: Expr;
  readonly value: Expr | null;
  /** True for a bare name that is not in parentheses. */
  readonly simple: boolean;
}
interface ForLike extends Span {
  readonly target: Expr;
  readonly iter: Expr;
  readonly body: Stmt[];
  readonly orelse: Stmt[];
}
export interface For extends ForLike {
  readonly kind: "For";
}
export interface AsyncFor extends ForLike {
  readonly kind: "AsyncFor";
}
export interface While extends Span {
  readonly kind: "While";
  readonly test: Expr;
  readonly body: Stmt[];
  readonly orelse: Stmt[];
}
export interface If extends Span {
  readonly kind: "If";
  readonly test: Expr;
  readonly body: Stmt[];
  readonly orelse: Stmt[];
}
interface WithLike extends Span {
  readonly items: WithItem[];
  readonly body: Stmt[];
}
export interface With extends WithLike {
  readonly kind: "With";
}
export interface AsyncWith extends WithLike {
  readonly kind: "AsyncWith";
}
export interface Match extends Span {
  readonly kind: "Match";
  readonly subject: Expr;
  readonly cases: MatchCase[];
}
export interface Raise extends Span {
  readonly kind: "Raise";
  readonly exc: Expr | null;
  readonly cause: Expr | null;
}
interface TryLike extends Span {
  readonly body: Stmt[];
  readonly handlers: ExceptHandler[];
  readonly orelse: Stmt[];
  readonly finalbody: Stmt[];
}
export interface Try extends TryLike {
  readonly kind: "Try";
}
export interface TryStar extends TryLike {
  readonly kind: "TryStar";
}
export interface Assert extends Span {
  readonly kind: "Assert";
  readonly test: Expr;
  readonly msg: Expr | null;
}
export interface Import extends Span {
  readonly kind: "Import";
  readonly names: Alias[];
}
export interface ImportFrom extends Span {
  readonly kind: "ImportFrom";
  readonly module: string | null;
  readonly names: Alias[];
  readonly level: number;
}
export interface Global extends Span {
  readonly kind: "Global";
  readonly names: string[];
}
export interface Nonlocal extends Span {
  readonly kind: "Nonlocal";
  readonly names: string[];
}
/** CPython's `Expr` statement; renamed because `Expr` is the union of expressions here. */
export interface ExprStmt extends Span {
  readonly kind: "ExprStmt";
  readonly value: Expr;
}
export interface Pass extends Span {
  readonly kind: "Pass";
}
export interface Break extends Span {
  readonly kind: "Break";
}
export interface Continue extends Span {
  readonly kind: "Continue";
}

// ---- expressions ---------------------------------------------------------------------------------

export type Expr =
  | BoolOp
  | NamedExpr
  | BinOp
  | UnaryOp
  | Lambda
  | IfExp
  | Dict
  | SetDisplay
  | ListComp
  | SetComp
  | DictComp
  | GeneratorExp
  | Await
  | Yield
  | YieldFrom
  | Compare
  | Call
  | FormattedValue
  | JoinedStr
  | Constant
  | Attribute
  | Subscript
  | Starred
  | Name
  | List
  | Tuple
  | Slice;

export type BinaryOperator =
  | "Add"
  | "Sub"
  | "Mult"
  | "MatMult"
  | "Div"
  | "Mod"
  | "Pow"
  | "LShift"
  | "RShift"
  | "BitOr"
  | "BitXor"
  | "BitAnd"
  | "FloorDiv";
export type CompareOperator = "Eq" | "NotEq" | "Lt" | "LtE" | "Gt" | "GtE" | "Is" | "IsNot" | "In" | "NotIn";
/** How an expression is used: read, assigned to, deleted. */
export type ExprContext = "Load" | "Store" | "Del";

export interface BoolOp extends Span {
  readonly kind: "BoolOp";
  readonly op: "And" | "Or";
  readonly values: Expr[];
}
export interface NamedExpr extends Span {
  readonly kind: "NamedExpr";
  readonly target: Name;
  readonly value: Expr;
}
export interface BinOp extends Span {
  readonly kind: "BinOp";
  readonly left: Expr;
  readonly op: BinaryOperator;
  readonly right: Expr;
}
export interface UnaryOp extends Span {
  readonly kind: "UnaryOp";
  readonly op: "Invert" | "Not" | "UAdd" | "USub";
  readonly operand: Expr;
}
export interface Lambda extends Span {
  readonly kind: "Lambda";
  readonly args: Arguments;
  readonly body: Expr;
}
export interface IfExp extends Span {
  readonly kind: "IfExp";
  readonly test: Expr;
  readonly body: Expr;
  readonly orelse: Expr;
}
export interface Dict extends Span {
  readonly kind: "Dict";
  /** `null` stands for `**value`. */
  readonly keys: (Expr | null)[];
  readonly values: Expr[];
}
/** CPython's `Set`; renamed so that it does not hide JavaScript's. */
export interface SetDisplay extends Span {
  readonly kind: "Set";
  readonly elts: Expr[];
}
export interface ListComp extends Span {
  readonly kind: "ListComp";
  readonly elt: Expr;
  readonly generators: Comprehension[];
}
export interface SetComp extends Span {
  readonly kind: "SetComp";
  readonly elt: Expr;
  readonly generators: Comprehension[];
}
export interface DictComp extends Span {
  readonly kind: "DictComp";
  readonly key: Expr;
  readonly value: Expr;
  readonly generators: Comprehension[];
}
export interface GeneratorExp extends Span {
  readonly kind: "GeneratorExp";
  readonly elt: Expr;
  readonly generators: Comprehension[];
}
export interface Await extends Span {
  readonly kind: "Await";
  readonly value: Expr;
}
export interface Yield extends Span {
  readonly kind: "Yield";
  readonly value: Expr | null;
}
export interface YieldFrom extends Span {
  readonly kind: "YieldFrom";
  readonly value: Expr;
}
export interface Compare extends Span {
  readonly kind: "Compare";
  readonly left: Expr;
  readonly ops: CompareOperator[];
  readonly comparators: Expr[];
}
export interface Call extends Span {
  readonly kind: "Call";
  readonly func: Expr;
  readonly args: Expr[];
  readonly keywords: Keyword[];
}
export interface FormattedValue extends Span {
  readonly kind: "FormattedValue";
  readonly value: Expr;
  readonly conversion: "s" | "r" | "a" | null;
  readonly format_spec: JoinedStr | null;
}
/** An f-string (PEP 498, PEP 701); adjacent literals are merged into neighbouring constants as CPython does. */
export interface JoinedStr extends Span {
  readonly kind: "JoinedStr";
  readonly values: (Constant | FormattedValue)[];
}
/** A literal's value. Strings are JavaScript strings; a lone surrogate stays one. */
export type ConstantValue =
  | { readonly type: "None" | "True" | "False" | "Ellipsis" }
  | { readonly type: "int"; readonly value: bigint }
  | { readonly type: "float" | "complex"; readonly value: number }
  | { readonly type: "str"; readonly value: string }
  | { readonly type: "bytes"; readonly value: Uint8Array };
export interface Constant extends Span {
  readonly kind: "Constant";
  readonly value: ConstantValue;
  /** Present where the first literal of a text has the prefix `u`. */
  readonly unicode?: true;
}
export interface Attribute extends Span {
  readonly kind: "Attribute";
  readonly value: Expr;
  readonly attr: string;
  readonly ctx: ExprContext;
}
export interface Subscript extends Span {
  readonly kind: "Subscript";
  readonly value: Expr;
  readonly slice: Expr;
  readonly ctx: ExprContext;
}
export interface Starred extends Span {
  readonly kind: "Starred";
  readonly value: Expr;
  readonly ctx: ExprContext;
}
export interface Name extends Span {
  readonly kind: "Name";
  /** NFKC-normalised. */
  readonly id: string;
  readonly ctx: ExprContext;
}
export interface List extends Span {
  readonly kind: "List";
  readonly elts: Expr[];
  readonly ctx: ExprContext;
}
export interface Tuple extends Span {
  readonly kind: "Tuple";
  readonly elts: Expr[];
  readonly ctx: ExprContext;
}
export interface Slice extends Span {
  readonly kind: "Slice";
  readonly lower: Expr | null;
  readonly upper: Expr | null;
  readonly step: Expr | null;
}

// ---- parts ---------------------------------------------------------------------------------------

export interface Comprehension {
  readonly target: Expr;
  readonly iter: Expr;
  readonly ifs: Expr[];
  readonly is_async: boolean;
}
export interface ExceptHandler extends Span {
  readonly kind: "ExceptHandler";
  readonly type: Expr | null;
  readonly name: string | null;
  readonly body: Stmt[];
}
export interface Arguments {
  readonly posonlyargs: Arg[];
  readonly args: Arg[];
  readonly vararg: Arg | null;
  readonly kwonlyargs: Arg[];
  /** One per keyword-only argument; `null` where it has no default. */
  readonly kw_defaults: (Expr | null)[];
  readonly kwarg: Arg | null;
  /** Defaults of the last positional arguments. */
  readonly defaults: Expr[];
}
export interface Arg extends Span {
  readonly arg: string;
  readonly annotation: Expr | null;
}
export interface Keyword extends Span {
  /** `null` stands for `**value`. */
  readonly arg: string | null;
  readonly value: Expr;
}
export interface Alias extends Span {
  readonly name: string;
  readonly asname: string | null;
}
export interface WithItem {
  readonly context_expr: Expr;
  readonly optional_vars: Expr | null;
}
export interface MatchCase {
  readonly pattern: Pattern;
  readonly guard: Expr | null;
  readonly body: Stmt[];
}

export type Pattern =
  | (Span & { readonly kind: "MatchValue"; readonly value: Expr })
  | (Span & { readonly kind: "MatchSingleton"; readonly value: "None" | "True" | "False" })
  | (Span & { readonly kind: "MatchSequence"; readonly patterns: Pattern[] })
  | (Span & {
      readonly kind: "MatchMapping";
      readonly keys: Expr[];
      readonly patterns: Pattern[];
      readonly rest: string | null;
    })
  | (Span & {
      readonly kind: "MatchClass";
      readonly cls: Expr;
      readonly patterns: Pattern[];
      readonly kwd_attrs: string[];
      readonly kwd_patterns: Pattern[];
    })
  | (Span & { readonly kind: "MatchStar"; readonly name: string | null })
  | (Span & { readonly kind: "MatchAs"; readonly pattern: Pattern | null; readonly name: string | null })
  | (Span & { readonly kind: "MatchOr"; readonly patterns: Pattern[] });

export type TypeParam = Span & {
  readonly kind: "TypeVar" | "ParamSpec" | "TypeVarTuple";
  readonly name: string;
  readonly bound: Expr | null;
  readonly default_value: Expr | null;
};

/** What the parser returns: the body of the module that was parsed. */
export interface Module {
  readonly kind: "Module";
  readonly body: Stmt[];
}
/** CPython's `Expression`: what the parser returns for a text that is one expression. */
export interface ExpressionInput {
  readonly kind: "Expression";
  readonly body: Expr;
}

/** The part that an expression evaluates first and may be chained on without end: `a` of `a + b`, `a.b`, `a[b]`, `a(b)`. */
export function head(node: Expr): Expr | null {
  switch (node.kind) {
    case "BinOp":
      return node.left;
    case "Attribute":
    case "Subscript":
      return node.value;
    case "Call":
      return node.func;
    default:
      return null;
  }
}
