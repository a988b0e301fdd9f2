// The package's front door: the engine and the runtime. Each also has a door of its own, and so have the providers.
export * from "./engine/index.ts";
export * from "./runtime/index.ts";
