// The public face of the server (`postern/server`).
export { createLogger, runtimeLogger } from "./logging.ts";
export type { KnownRoute, Operation } from "./openapi.ts";
export { createServer, type Server, type ServerOptions } from "./server.ts";
export type { ServerSettings, ServerSettingsInput } from "./settings.ts";
export { loadSettings, SettingsError, type SettingsFile, type SettingsSources } from "./settings-source.ts";
