// Takes the README's picture of the playground: docs/playground.png, with the machine's own Chromium.
import { join } from "node:path";
import { chromium } from "playwright-core";
import { createEngine } from "../engine/index.ts";
import { createRuntime, memoryStore } from "../runtime/index.ts";
import { createLogger, createServer } from "../server/index.ts";
import { buildPlayground } from "./build-playground.ts";

const [
  file = join(import.meta.dirname, "../docs/playground.png"),
  scheme = "light",
  width = "1280",
  example = "1",
] = process.argv.slice(2);
await buildPlayground();
await using engine = await createEngine();
await using store = memoryStore();
const runtime = await createRuntime({ engine, store });
const settings = { port: 0, secretKey: "s".repeat(40) };
await using server = await createServer({ runtime, engine, settings, logger: createLogger("warn") });
const url = await server.listen();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const page = await browser.newPage({
    colorScheme: scheme === "dark" ? "dark" : "light",
    viewport: { width: Number(width), height: 860 },
  });
  page.on("console", (message) => console.error(message.text()));
  await page.goto(`${url}/playground/`);
  await page.locator(".toolbar select").first().selectOption(example);
  await page.locator(".result[aria-busy=false] .verdict").waitFor();
  await page.locator(".cm-line .note").first().waitFor();
  await page.waitForTimeout(500);
  await page.screenshot({ path: file, fullPage: Number(width) < 600 });
} finally {
  await browser.close();
}
