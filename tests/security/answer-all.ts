// Answers the programs on stdin in a process of its own: see determinism.test.ts.
import { readFileSync } from "node:fs";
import { everything, type Run, steadyEngine } from "./answers.ts";

const engine = await steadyEngine();
const answers: string[] = [];
for (const program of JSON.parse(readFileSync(0, "utf8")) as Run[])
  answers.push(await everything(engine, program));
process.stdout.write(JSON.stringify(answers));
await engine.close();
