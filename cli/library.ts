// The real library behind the commands, each part loaded when it is first used.
import type { Library } from "./host.ts";

/** The engine, runtime and providers of this package. */
export const library: Library = {
  async createEngine(options) {
    const { createEngine } = await import("../engine/index.ts");
    return await createEngine(options);
  },
  async startEngine(options) {
    const { startEngine } = await import("../engine/index.ts");
    return startEngine(options);
  },
  async openRuntime(options) {
    const { openRuntime } = await import("./open-runtime.ts");
    return await openRuntime(options);
  },
  async openServer(options) {
    const { openServer } = await import("./open-server.ts");
    return await openServer(options);
  },
  async openTokens(options) {
    const { openTokens } = await import("./open-tokens.ts");
    return await openTokens(options);
  },
  async grantedCapabilities(options) {
    const { grantedCapabilities } = await import("./grants.ts");
    return grantedCapabilities(options);
  },
  async checkExpression(source, options) {
    const { checkExpression } = await import("../engine/index.ts");
    return await checkExpression(source, options);
  },
  async expressionPlaces() {
    const { expressionPlaces } = await import("../engine/index.ts");
    return await expressionPlaces();
  },
  async expressionStubs() {
    const { expressionStubs } = await import("../engine/index.ts");
    return await expressionStubs();
  },
  async blueprintExpressions(text, file) {
    const { blueprintExpressions, parseBlueprint } = await import("../runtime/index.ts");
    return blueprintExpressions(parseBlueprint(text, { file, unknownModels: "skip" }));
  },
  async checkBlueprint(text, file) {
    const { parseBlueprint, setupsWithoutLogin, skippedStages } = await import("../runtime/index.ts");
    const blueprint = parseBlueprint(text, { file, unknownModels: "skip" });
    return [...skippedStages(blueprint), ...setupsWithoutLogin(blueprint)];
  },
  async examine(options) {
    const { examine } = await import("./examination.ts");
    return await examine(options);
  },
  async createSmsInbox() {
    const { createSmsInbox } = await import("../providers/index.ts");
    return await createSmsInbox();
  },
};
