// `npm start`: sets up what is missing, walks the documents' flow against a loopback SMS provider, then serves the playground.
import { prepareAndRun } from "./setup.mjs";

const options = process.argv.slice(2);
await prepareAndRun(["cli/demo/main.ts", ...options], { page: !options.includes("--no-serve") });
