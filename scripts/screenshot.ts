// Takes the documents' pictures of the playground, with the machine's own Chromium: docs/playground.png of the expression view,
// and with `flow` docs/playground-flow.png of the flow view.
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { createEngine } from "../engine/index.ts";
import { createRuntime, memoryStore } from "../runtime/index.ts";
import { createLogger, createServer } from "../server/index.ts";
import { buildPlayground } from "./build-playground.ts";

/** A policy that denies, with the values that its lines saw. */
async function showExpression(page: Page): Promise<void> {
  await page.locator(".toolbar select").first().selectOption("1");
  await page.locator(".result[aria-busy=false] .verdict").waitFor();
  await page.locator(".cm-line .note").first().waitFor();
}

/** A number that was refused, then one that was taken: the code is on the phone. */
async function showFlow(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Flow", exact: true }).click();
  for (const number of ["+49 170 1234567", "+1234 567 890"]) {
    await page.getByRole("textbox", { name: "Phone number" }).fill(number);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.locator(".browser .fault, .browser [name=code]").first().waitFor();
  }
  await page.locator(".sms").waitFor();
}

const views = {
  expression: { file: "playground.png", height: 860, show: showExpression },
  flow: { file: "playground-flow.png", height: 820, show: showFlow },
};
const [name = "expression", given, scheme = "light", width = "1280"] = process.argv.slice(2);
const view = name === "flow" ? views.flow : views.expression;
const file = given ?? join(import.meta.dirname, "../docs", view.file);
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
    viewport: { width: Number(width), height: view.height },
  });
  page.on("console", (message) => console.error(message.text()));
  await page.goto(`${url}/playground/`);
  await view.show(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: file, fullPage: Number(width) < 600 });
} finally {
  await browser.close();
}
