// The page's beginning.
import { render } from "preact";
import { App } from "./app.tsx";
import { openLink, start } from "./state.ts";
import "./styles.css";

await openLink();
addEventListener("hashchange", () => void openLink());
start();
render(<App />, document.getElementById("app") as HTMLElement);
