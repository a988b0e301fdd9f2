// The connector of the guarded client: one connection, to an address that was checked.

import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { getCACertificates } from "node:tls";
import type { buildConnector as Connector } from "undici";
import { CATEGORY_TEXT, classifyAddress, mayConnect } from "./address-guard.ts";
import { HttpError, systemCodeOf } from "./http-error.ts";
import type { CheckedPolicy, ResolvedAddress, Target } from "./http-policy.ts";
import { CLOSED, type Progress } from "./http-progress.ts";

/**
 * A connector for exactly one connection. Resolution happens inside it, so no request of the client can come to a
 * socket without the check.
 */
export function guardedConnector(
  target: Target,
  policy: CheckedPolicy,
  progress: Progress,
  buildConnector: typeof Connector,
): Connector.connector {
  let used = false;
  return (options, callback) => {
    if (used) {
      callback(new HttpError("connection_lost", `${target.label} closed the connection.`, CLOSED), null);
      return;
    }
    used = true;
    resolveChecked(target, policy).then(
      (addresses) => {
        if (progress.signal.aborted) {
          callback(progress.signal.reason, null);
          return;
        }
        const roots =
          policy.extraRoots.length > 0 ? [...getCACertificates("default"), ...policy.extraRoots] : undefined;
        const connect = buildConnector({
          lookup: pinned(addresses),
          rejectUnauthorized: true,
          minVersion: "TLSv1.2",
          allowH2: false,
          // Our own deadline ends the request; this one ends a socket that still waits for its SYN to be answered.
          timeout: policy.connectTimeoutMs + 1_000,
          ...(roots === undefined ? {} : { ca: roots }),
        });
        connect({ ...options, hostname: target.hostname }, (error, socket) => {
          if (error !== null) {
            callback(connectFailure(error, target), null);
            return;
          }
          // Cannot differ by construction; checked because everything else rests on it.
          const peer = socket.remoteAddress;
          if (peer === undefined || !mayConnect(classifyAddress(peer), target.listed)) {
            socket.destroy();
            callback(blocked(target, peer ?? "an unknown address"), null);
            return;
          }
          progress.enter("headers", policy.headersTimeoutMs);
          callback(null, socket);
        });
      },
      (error: unknown) => callback(error as Error, null),
    );
  };
}

/** Resolves the target and checks all answers: one that is refused refuses the target. */
async function resolveChecked(target: Target, policy: CheckedPolicy): Promise<readonly ResolvedAddress[]> {
  const family = isIP(target.hostname);
  const addresses =
    family === 0
      ? await resolveName(target, policy)
      : [{ address: target.hostname, family: family === 4 ? (4 as const) : (6 as const) }];
  for (const { address } of addresses) {
    if (!mayConnect(classifyAddress(address), target.listed)) throw blocked(target, address);
  }
  return addresses;
}

async function resolveName(target: Target, policy: CheckedPolicy): Promise<readonly ResolvedAddress[]> {
  let systemCode: string | undefined;
  try {
    const answers = await (policy.resolve ?? systemResolver)(target.hostname);
    // A resolver is host code, yet its answers reach the socket: only real addresses pass, whatever it says.
    const addresses = answers.map(({ address }) => ({ address, family: isIP(address) }));
    if (addresses.length > 0 && addresses.every(({ family }) => family !== 0)) {
      return addresses as readonly ResolvedAddress[];
    }
  } catch (error) {
    systemCode = systemCodeOf(error);
  }
  throw new HttpError("dns_failed", `The host name ${target.hostname} could not be resolved.`, {
    hint: "Check the spelling of the host name and the name server of this machine.",
    systemCode,
  });
}

async function systemResolver(hostname: string): Promise<readonly ResolvedAddress[]> {
  const answers = await lookup(hostname, { all: true, order: "verbatim" });
  return answers as unknown as readonly ResolvedAddress[];
}

function pinned(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    // Node asks for all answers when it races IPv4 against IPv6, and for one otherwise.
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, (addresses[0] as ResolvedAddress).address, (addresses[0] as ResolvedAddress).family);
  };
}

function blocked(target: Target, address: string): HttpError {
  const category = CATEGORY_TEXT[classifyAddress(address)];
  const verb = address === target.hostname ? "is" : `resolves to ${address},`;
  const hint =
    target.listed === "no"
      ? `If this is a gateway of your own, add ${target.hostname}:${target.port} to the allow list.`
      : "The allow list names this target, but addresses of this kind stay closed.";
  return new HttpError(
    "blocked_address",
    `${target.hostname} ${verb} ${category}: not reachable from here.`,
    { hint },
  );
}

function connectFailure(error: Error, target: Target): HttpError {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const systemCode = systemCodeOf(first) ?? systemCodeOf(error);
  const network = (first as NodeJS.ErrnoException)?.syscall !== undefined && systemCode !== "EPROTO";
  if (target.url.protocol === "https:" && !network && systemCode !== "ECONNRESET") {
    return new HttpError("tls", `No secure connection to ${target.label}${inParentheses(systemCode)}.`, {
      hint: "The certificate must be valid, name this host and come from a trusted root; add your own root if needed.",
      systemCode,
    });
  }
  return new HttpError("connect_failed", `No connection to ${target.label}${inParentheses(systemCode)}.`, {
    hint: "Check that the target is running and that host and port are right.",
    systemCode,
  });
}

function inParentheses(code: string | undefined): string {
  return code === undefined ? "" : ` (${code})`;
}
