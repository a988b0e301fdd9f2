// `resolve_dns` and `reverse_dns`: names and addresses, as the embedder's name service knows them.
import { asBytes } from "../python/bytes.ts";
import { decode } from "../python/codecs.ts";
import { OSError, typeError } from "../python/exceptions.ts";
import { method0 } from "../python/function.ts";
import { asStr, type PyValue } from "../python/object.ts";
import { same, truth } from "../python/operators.ts";
import { caught } from "../python/raising.ts";
import { list } from "../python/sequence.ts";
import { askHost, type GuestJson } from "./capabilities.ts";

/** Asks; what the name service does not know is no error. */
function asked(name: string, operation: string, argument: GuestJson): GuestJson {
  try {
    return askHost(name, operation, argument);
  } catch (error) {
    if (caught(error).cls.isSubtype(OSError)) return null;
    throw error;
  }
}

/** `resolve_dns(host, ip_version=None)`: the host's addresses, none where it has none; other versions than 4 and 6 mean both. */
export function resolveDns(host: PyValue, version: PyValue = null): PyValue {
  if (!truth(host)) return list([]);
  const bytes = asBytes(host);
  const name = bytes === undefined ? asStr(host) : decode(bytes, "ascii");
  if (name === undefined) throw typeError("getaddrinfo() argument 1 must be string or None");
  const family = same(version, 4) ? 4 : same(version, 6) ? 6 : null;
  const addresses = asked("resolve_dns", "dns.resolve", { host: name, version: family });
  return list([...new Set(Array.isArray(addresses) ? addresses.map(String) : [])]);
}

/** `reverse_dns(ip)`: the address's host name, or what was given where it has none. */
export function reverseDns(address: PyValue): PyValue {
  const name = method0(address, "strip");
  // An empty name is this machine's own in authentik; here it stays empty.
  if (!truth(name)) return name;
  const found = asked("reverse_dns", "dns.reverse", { ip: asStr(name) ?? "" });
  return typeof found === "string" ? found : name;
}
