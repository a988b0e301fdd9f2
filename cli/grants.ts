// From the options --grant and --allow to the capabilities of an engine.
import type { Capabilities } from "../engine/capabilities.ts";
import { httpCapability, nameService } from "../runtime/index.ts";
import type { GrantOptions } from "./grant-options.ts";
import { UsageError } from "./io.ts";

/** The capabilities that were asked for. Throws {@link UsageError} for a target that is none. */
export function grantedCapabilities({ grant, allow }: GrantOptions): Capabilities {
  try {
    return {
      http: grant.includes("http") ? httpCapability({ targets: allow }) : undefined,
      dns: grant.includes("dns") ? nameService() : undefined,
    };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`--allow: ${error.message}`);
    throw error;
  }
}
