// The page's views. Each is a folder of its own; with more than one the header shows how to go between them.
import type { FunctionComponent } from "preact";
import type { MessageName } from "./messages.ts";
import { ExpressionView } from "./views/expression/expression-view.tsx";
import { FlowView } from "./views/flow/flow-view.tsx";
import { InspectView } from "./views/inspect/inspect-view.tsx";

/** A view. */
export interface View {
  readonly id: string;
  readonly title: MessageName;
  readonly Component: FunctionComponent;
}

export const views: readonly [View, ...View[]] = [
  { id: "expression", title: "viewExpression", Component: ExpressionView },
  { id: "flow", title: "viewFlow", Component: FlowView },
  { id: "inspect", title: "viewInspect", Component: InspectView },
];
