/**
 * The trace viewer: one HTML file that holds everything and asks for nothing. The trace travels
 * compressed, as text that no parser reads as markup; the policy lets run one script only, known
 * by its hash.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { bytesMax, capped, recordsMax } from './cap.ts';
import type { ViewerData, ViewerInput } from './data.ts';
import { pageScript } from './pack.ts';
import { style } from './style.ts';

const entities: { readonly [sign: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/gu, (sign) => entities[sign] ?? sign);
}

function hashed(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Best compression for what is attached to an issue; speed for what is huge. */
function levelFor(count: number): number {
  return count > 200_000 ? 6 : 9;
}

/** The data as the page unpacks it: JSON, gzip, base64. */
export function packedData(data: ViewerData): string {
  const json = Buffer.from(JSON.stringify(data));
  return gzipSync(json, { level: levelFor(data.records.length) }).toString('base64');
}

function policyFor(script: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashed(script)}`,
    `style-src ${hashed(style)}`,
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** Limits to try, one after the other, until the page is small enough. */
const limits: readonly number[] = [recordsMax, 200_000, 50_000, 10_000];

/** As much of the trace as a page may hold. */
function fitting(input: ViewerInput): Pick<ViewerData, 'story'> & { readonly data: string } {
  const { name, rule, replay, other, orders, all } = input;
  let found = { data: '', story: input.story };
  for (const limit of limits) {
    const { records, story, note } = capped(input, limit);
    const data = packedData({ records, story, name, rule, replay, other, orders, note });
    found = { data, story };
    if (all || data.length <= bytesMax) break;
  }
  return found;
}

/** The whole page as text. Throws when the viewer's own code is not compiled. */
export function viewerHtml(input: ViewerInput): string {
  const { data, story } = fitting(input);
  const script = pageScript();
  const title = story.invariant === null ? story.title : `${story.invariant}: ${story.title}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policyFor(script))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<noscript><p>${escaped(title)}</p><p>This page draws the trace with its own script.</p></noscript>
<script type="text/plain" id="data">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}
