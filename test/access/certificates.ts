/**
 * Certificates made on the spot: an authority, and certificates that it signs, as DER by hand.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const CN = [0x55, 0x04, 0x03];
const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];
const ALTERNATIVE_NAMES = [0x55, 0x1d, 0x11];
const DAY_MS = 86_400_000;

type Bytes = Uint8Array | readonly number[];

function der(tag: number, ...parts: Bytes[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));
  const { length } = content;
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const size = length < 128 ? [length] : long;
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Bytes[]) => der(0x30, ...parts);
const text = (tag: number, value: string) => der(tag, Buffer.from(value));
const name = (value: string) => sequence(der(0x31, sequence(der(0x06, CN), text(0x0c, value))));
const algorithm = sequence(der(0x06, ECDSA_SHA256));

function utcTime(ms: number): Buffer {
  return text(0x17, `${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`);
}

function extension(id: Bytes, value: Bytes): Buffer {
  return sequence(der(0x06, id), der(0x04, value));
}

interface Request {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: Buffer;
}

function signed({ subject, issuer, publicKey, signer, extensions }: Request): string {
  const now = Date.now();
  const serial = Buffer.from([1, ...Buffer.from(subject).subarray(0, 8)]);
  const body = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, serial),
    algorithm,
    name(issuer),
    sequence(utcTime(now - DAY_MS), utcTime(now + DAY_MS)),
    name(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extensions)),
  );
  const signature = der(0x03, [0], sign("sha256", body, signer));
  const lines =
    sequence(body, algorithm, signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return { publicKey, privateKey, pem: privateKey.export({ type: "pkcs8", format: "pem" }) };
}

/** An authority that signs for itself. */
export function makeAuthority(subject: string): Certificate {
  const { publicKey, privateKey, pem } = newKey();
  const isAuthority = sequence(der(0x01, [0xff]));
  const extensions = extension(BASIC_CONSTRAINTS, isAuthority);
  const request = { subject, issuer: subject, publicKey, signer: privateKey, extensions };
  return { cert: signed(request), key: String(pem) };
}

/** A certificate of an authority, for DNS names and 127.0.0.1. */
export function makeCertificate(
  authority: Certificate,
  issuer: string,
  subject: string,
): Certificate {
  const { publicKey, pem } = newKey();
  const names = sequence(text(0x82, subject), der(0x87, [127, 0, 0, 1]));
  const extensions = extension(ALTERNATIVE_NAMES, names);
  const signer = createPrivateKey(authority.key);
  return { cert: signed({ subject, issuer, publicKey, signer, extensions }), key: String(pem) };
}
