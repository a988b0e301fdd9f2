// `npm start`: sets up what is missing, then walks the documents' flow against a loopback SMS provider.
import { prepareAndRun } from "./setup.mjs";

await prepareAndRun(["cli/demo/main.ts", ...process.argv.slice(2)]);
