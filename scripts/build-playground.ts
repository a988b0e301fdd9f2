// Builds the playground's page into playground/dist, unless what stands there was made of the same files.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
const page = join(root, "playground");
const built = join(page, "dist");

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith("dist"))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sources(path) : [path];
    })
    .sort();
}

/** What the build is made of: the page's files, this script, and the packages. */
function stamp(): string {
  const hash = createHash("sha256");
  for (const file of [...sources(page), import.meta.filename, join(root, "package-lock.json")]) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Builds where it has to; answers whether it did. */
export async function buildPlayground(): Promise<boolean> {
  const wanted = stamp();
  const file = join(built, ".stamp");
  if (existsSync(file) && readFileSync(file, "utf8") === wanted) return false;
  const { build } = await import("vite");
  // Beside it first, so that a server never reads half of it.
  const draft = join(page, `dist.${process.pid}`);
  await build({
    root: page,
    base: "./",
    configFile: false,
    logLevel: "warn",
    build: {
      outDir: draft,
      emptyOutDir: true,
      target: "es2022",
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      // All of it is shown at once, so one file is right; what it may weigh is held by a test.
      chunkSizeWarningLimit: 1_000,
    },
  });
  writeFileSync(join(draft, ".stamp"), wanted);
  rmSync(built, { recursive: true, force: true });
  try {
    renameSync(draft, built);
  } catch (error) {
    // Another process was quicker, with the same files.
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
    rmSync(draft, { recursive: true, force: true });
  }
  return true;
}

if (import.meta.main) await buildPlayground();
