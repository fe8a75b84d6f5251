/**
 * The HTTP administration: Atom XML as `ServiceBusAdministrationClient` speaks it, plus `/health` as
 * the official emulator has it. Bodies are small and bounded; requests are answered one by one.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { checkToken } from '../authority.ts';
import type { Certificate } from '../certificate.ts';
import type { Hub } from '../hub.ts';
import { BadRequest, Problem } from './problems.ts';
import { type Item, list, type Page, problemOf, read, remove, write } from './resources.ts';
import { type Resource, resourceAt } from './routes.ts';
import { escapeXml, parseXml } from './xml.ts';

const bodyBytesMax = 1024 * 1024;
const pageMax = 100;
const atom = 'http://www.w3.org/2005/Atom';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

export function adminServer(hub: Hub, tls: Certificate | undefined): Server | SecureServer {
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    void respond(hub, request, response);
  };
  const limits = { requestTimeout: 10_000, headersTimeout: 10_000 };
  if (tls === undefined) return createServer(limits, handler);
  return createSecureServer({ ...limits, ...tls }, handler);
}

async function respond(
  hub: Hub,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await handle(hub, request).catch((error: unknown) => {
    const problem = problemOf(error);
    if (problem !== undefined) return errorAnswer(problem);
    return errorAnswer(new Problem(500, error instanceof Error ? error.message : String(error)));
  });
  const headers = {
    'content-type': answer.type ?? 'application/atom+xml;type=entry;charset=utf-8',
    'content-length': Buffer.byteLength(answer.body),
  };
  response.writeHead(answer.status, headers).end(answer.body);
}

async function handle(hub: Hub, request: IncomingMessage): Promise<Answer> {
  const { url, path } = addressOf(request);
  const effect = hub.faults.strike('admin', path);
  if (effect?.kind === 'status') {
    throw new Problem(effect.status, effect.text ?? 'An injected fault.');
  }
  if (effect?.kind === 'delay') await late(effect.delayMs);
  const resource = resourceAt(path);
  if (resource.kind === 'health') {
    return { status: 200, body: '{"status":"healthy"}', type: 'application/json' };
  }
  authorize(hub, request);
  const host = request.headers.host ?? 'localhost';
  switch (request.method) {
    case 'GET':
      return get(hub, resource, { url, host });
    case 'PUT': {
      const update = request.headers['if-match'] === '*';
      const item = write(hub, resource, parseXml(await bodyOf(request)), update);
      return { status: update ? 200 : 201, body: entryXml(item, host) };
    }
    case 'DELETE':
      remove(hub, resource);
      return { status: 200, body: '' };
    default:
      throw new Problem(405, `The method ${request.method} is unknown here.`);
  }
}

function addressOf({ url: written = '/' }: IncomingMessage): {
  readonly url: URL;
  readonly path: string;
} {
  try {
    const url = new URL(written, 'http://localhost');
    return { url, path: decodeURIComponent(url.pathname) };
  } catch {
    throw new BadRequest(`'${written}' is no address.`);
  }
}

function get(
  hub: Hub,
  resource: Resource,
  { url, host }: { readonly url: URL; readonly host: string },
): Answer {
  const range = { skip: numberIn(url, '$skip', 0), top: numberIn(url, '$top', pageMax) };
  const page = list(hub, resource, { ...range, top: Math.min(range.top, pageMax) });
  if (page !== undefined) return { status: 200, body: feedXml(page, url, host) };
  const item = read(hub, resource);
  const empty = { items: [], more: false };
  return {
    status: 200,
    body: item === undefined ? feedXml(empty, url, host) : entryXml(item, host),
  };
}

function numberIn(url: URL, name: string, otherwise: number): number {
  const value = Number(url.searchParams.get(name) ?? otherwise);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Problem(400, `SubCode=40000. ${name} must be a whole number.`);
}

/** With keys, a signature by one of them; Bearer tokens can't be checked here. */
function authorize(hub: Hub, request: IncomingMessage): void {
  if (hub.keys === undefined) return;
  const token = request.headers.authorization ?? '';
  const verdict = checkToken(hub.keys, token, Date.now());
  if ('wrong' in verdict) throw new Problem(401, `SubCode=40100. ${verdict.wrong}`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > bodyBytesMax) throw new Problem(413, 'The description is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function late(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

function entryXml({ path, xml }: Item, host: string, isRoot = true): string {
  const id = escapeXml(`https://${host}/${path}`);
  const title = escapeXml(path.slice(path.lastIndexOf('/') + 1));
  const now = new Date().toISOString();
  const head = `<id>${id}</id><title type="text">${title}</title><updated>${now}</updated>`;
  const content = `<content type="application/xml">${xml}</content>`;
  return `<entry${isRoot ? ` xmlns="${atom}"` : ''}>${head}${content}</entry>`;
}

function feedXml({ items, more }: Page, url: URL, host: string): string {
  const here = `https://${host}${url.pathname}`;
  const skip = numberIn(url, '$skip', 0) + items.length;
  const top = url.searchParams.get('$top') ?? String(pageMax);
  const next = escapeXml(`${here}?$skip=${skip}&$top=${top}`);
  const links = [
    `<link rel="self" href="${escapeXml(here)}"/>`,
    more ? `<link rel="next" href="${next}"/>` : '',
  ];
  const entries = items.map((item) => entryXml(item, host, false));
  const id = `<id>${escapeXml(here)}</id>`;
  return `<feed xmlns="${atom}">${id}${links.join('')}${entries.join('')}</feed>`;
}

function errorAnswer({ status, message }: Problem): Answer {
  const body = `<Error><Code>${status}</Code><Detail>${escapeXml(message)}</Detail></Error>`;
  return { status, body, type: 'application/xml; charset=utf-8' };
}
