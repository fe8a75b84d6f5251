/**
 * A certificate for localhost, signed by itself: X.509 in DER, just enough for clients that speak
 * TLS only. It lives a day and is its own authority, so that it can be given to a client as such.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** PEM, both. */
  readonly key: string;
  readonly cert: string;
}

const oid = {
  commonName: [0x55, 0x04, 0x03],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  basicConstraints: [0x55, 0x1d, 0x13],
  subjectAltName: [0x55, 0x1d, 0x11],
} as const;
const tag = {
  sequence: 0x30,
  set: 0x31,
  integer: 2,
  bits: 3,
  octets: 4,
  oid: 6,
  utf8: 12,
} as const;
const dayMs = 86_400_000;

export function selfSigned(now: Date = new Date()): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = sequence(id(oid.ecdsaWithSha256));
  const name = sequence(
    der(tag.set, sequence(id(oid.commonName), der(tag.utf8, Buffer.from('localhost')))),
  );
  const serial = randomBytes(8);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  const body = sequence(
    der(0xa0, der(tag.integer, Buffer.from([2]))),
    der(tag.integer, serial),
    algorithm,
    name,
    sequence(time(now.getTime() - dayMs), time(now.getTime() + dayMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(authority(), names())),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, algorithm, der(tag.bits, Buffer.from([0]), signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(whole),
  };
}

function authority(): Buffer {
  const value = sequence(der(1, Buffer.from([0xff])));
  return sequence(id(oid.basicConstraints), der(1, Buffer.from([0xff])), der(tag.octets, value));
}

function names(): Buffer {
  const dns = der(0x82, Buffer.from('localhost'));
  const addresses = [der(0x87, Buffer.from([127, 0, 0, 1])), der(0x87, loopback6())];
  return sequence(id(oid.subjectAltName), der(tag.octets, sequence(dns, ...addresses)));
}

function loopback6(): Buffer {
  const address = Buffer.alloc(16);
  address[15] = 1;
  return address;
}

function der(type: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([type, ...size]), value]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(tag.sequence, ...parts);
}

function id(bytes: readonly number[]): Buffer {
  return der(tag.oid, Buffer.from(bytes));
}

/** UTCTime: two digits for the year are enough for a day. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
