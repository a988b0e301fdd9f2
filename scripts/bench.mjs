// `npm run bench`: sets up what is missing, then measures. Arguments go to bench/main.ts.
import { prepareAndRun } from "./setup.mjs";

await prepareAndRun(["bench/main.ts", ...process.argv.slice(2)]);
