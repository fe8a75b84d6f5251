/**
 * Who may use what. Without keys everything is allowed, as with the official emulator; with keys a
 * connection needs a token, signed by one of them, for the entity or for something above it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalPath } from './address.ts';

/** Shared access keys by name. */
export type Keys = Readonly<Record<string, string>>;

export interface TokenVerdict {
  readonly status: 202 | 401;
  readonly description: string;
}

/** What one connection has shown so far. */
export class Authority {
  private readonly keys: Keys | undefined;
  /** Until when, by canonical path. */
  private readonly paths: Map<string, number>;
  private trusted: boolean;
  private expired: boolean;

  constructor(keys: Keys | undefined) {
    this.keys = keys;
    this.paths = new Map();
    this.trusted = false;
    this.expired = false;
  }

  /** Everything is allowed from now on: a key was shown outright. */
  trust(): void {
    this.trusted = true;
  }

  /** Every token has run out, as after an hour. */
  expire(): void {
    this.paths.clear();
    this.trusted = false;
    this.expired = true;
  }

  /** `name` is the audience that the token is put for. */
  putToken(token: string, name: string, now: number): TokenVerdict {
    const verdict =
      this.keys === undefined
        ? { until: Infinity, resource: name }
        : checkToken(this.keys, token, now);
    if ('wrong' in verdict) return { status: 401, description: verdict.wrong };
    this.expired = false;
    const audience = audienceOf(verdict.resource);
    if (this.paths.size < audiencesMax) this.paths.set(audience, verdict.until);
    return { status: 202, description: 'Accepted' };
  }

  mayUse(path: string, now: number): boolean {
    if (this.expired) return false;
    if (this.keys === undefined || this.trusted) return true;
    const wanted = path.toLowerCase();
    for (const [audience, until] of this.paths) {
      if (until < now) continue;
      if (audience === '' || wanted === audience || wanted.startsWith(`${audience}/`)) return true;
    }
    return false;
  }
}

const audiencesMax = 10_000;

function audienceOf(name: string): string {
  return canonicalPath(name)
    .replace(/\/\$management$/i, '')
    .toLowerCase();
}

/** Whether the name and key of SASL PLAIN are right. */
export function isKey(keys: Keys | undefined, name: string, key: string): boolean {
  if (keys === undefined) return true;
  const known = Object.hasOwn(keys, name) ? keys[name] : undefined;
  return known !== undefined && same(Buffer.from(known), Buffer.from(key));
}

/** A SAS token: its signature covers the resource as written and the expiry in seconds. */
export function checkToken(
  keys: Keys,
  token: string,
  now: number,
): { readonly until: number; readonly resource: string } | { readonly wrong: string } {
  if (!token.startsWith('SharedAccessSignature ')) {
    return { wrong: 'Only shared access signatures are accepted when the broker has keys.' };
  }
  const fields = new Map<string, string>();
  for (const part of token.slice('SharedAccessSignature '.length).split('&')) {
    const at = part.indexOf('=');
    fields.set(part.slice(0, at), part.slice(at + 1));
  }
  const name = decoded(fields.get('skn') ?? '');
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) return { wrong: `The key name '${name}' is unknown.` };
  const expiry = fields.get('se') ?? '';
  const signature = createHmac('sha256', key)
    .update(`${fields.get('sr') ?? ''}\n${expiry}`)
    .digest();
  if (!same(signature, Buffer.from(decoded(fields.get('sig') ?? ''), 'base64'))) {
    return { wrong: `The signature is not that of the key '${name}'.` };
  }
  const until = Number(expiry) * 1000;
  const resource = decoded(fields.get('sr') ?? '');
  return until > now ? { until, resource } : { wrong: 'ExpiredToken: the token has run out.' };
}

function same(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
