// A self-signed certificate made on the spot, so that no private key lies in the repository and none expires.

import { generateKeyPairSync, sign } from "node:crypto";

/** One DER element: tag, length, content. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const octets = (content: Uint8Array) => der(0x04, content);
const oid = (...bytes: number[]) => der(0x06, Buffer.from(bytes));
const text = (value: string) => der(0x0c, Buffer.from(value));
const generalizedTime = (value: string) => der(0x18, Buffer.from(value));

const ED25519 = sequence(oid(0x2b, 0x65, 0x70));

/** Key and certificate in PEM, valid until 2099 for one DNS name, and its own root. */
export function selfSigned(hostname: string): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const name = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), text(hostname))));
  const alternativeNames = sequence(
    oid(0x55, 0x1d, 0x11),
    octets(sequence(der(0x82, Buffer.from(hostname)))),
  );
  const basicConstraints = sequence(
    oid(0x55, 0x1d, 0x13),
    der(0x01, Buffer.from([0xff])),
    octets(sequence(der(0x01, Buffer.from([0xff])))),
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ED25519,
    name,
    sequence(generalizedTime("20200101000000Z"), generalizedTime("20991231235959Z")),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(alternativeNames, basicConstraints)),
  );
  const signature = sign(null, body, privateKey);
  const certificate = sequence(body, ED25519, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString("base64").match(/.{1,64}/gu) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}
