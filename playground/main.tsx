// The page's beginning.
import { render } from "preact";
import { App } from "./app.tsx";
import { openLink } from "./share.ts";
import { start } from "./state.ts";
import "./styles/colours.css";
import "./styles/base.css";
import "./styles/expression.css";
import "./styles/flow.css";
import "./styles/inspect.css";

await openLink();
addEventListener("hashchange", () => void openLink());
start();
render(<App />, document.getElementById("app") as HTMLElement);
