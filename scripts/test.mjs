// `npm test`: sets up what is missing, then runs every check. Arguments go to vitest.
import { prepareAndRun } from "./setup.mjs";

await prepareAndRun(["scripts/check-all.ts", ...process.argv.slice(2)], { page: true });
