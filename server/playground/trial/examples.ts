// Blueprints to try: those of fixtures/blueprints.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TrialBlueprint, TrialExamples } from "../trial-api.ts";

const FOLDER = join(import.meta.dirname, "../../../fixtures/blueprints");

/** Reads them. */
export async function trialExamples(folder: string = FOLDER): Promise<TrialExamples> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const blueprints = names.map(async (name): Promise<TrialBlueprint> => {
    return { name, text: await readFile(join(folder, name), "utf8") };
  });
  return { blueprints: await Promise.all(blueprints) };
}
