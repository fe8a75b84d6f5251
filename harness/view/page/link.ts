/** Deep links: where the page stands, as the hash of its address and back. */

import type { Scale } from './layout.ts';

const scales: readonly Scale[] = ['logical', 'real', 'causal'];

export interface Link {
  /** Seq of the record under the cursor; -1: not said. */
  readonly seq: number;
  /** The view in its scale's units (turns or microseconds); null: not said. */
  readonly view: { readonly low: number; readonly high: number } | null;
  readonly scale: Scale | null;
  readonly node: string;
  readonly filter: string;
  readonly cone: boolean;
}

export function linkText(link: Link): string {
  const parts = new URLSearchParams();
  if (link.seq >= 0) parts.set('e', String(link.seq));
  if (link.view !== null) {
    const { low, high } = link.view;
    parts.set('v', `${low.toFixed(2)}..${high.toFixed(2)}`);
  }
  if (link.scale !== null) parts.set('x', link.scale);
  if (link.node !== '') parts.set('s', link.node);
  if (link.filter !== '') parts.set('f', link.filter);
  if (link.cone) parts.set('c', '1');
  return `#${parts.toString()}`;
}

/** Whatever cannot be read counts as not said: a link may have been cut in an e-mail. */
export function linkOf(hash: string): Link {
  const parts = new URLSearchParams(hash.replace(/^#/u, ''));
  const seq = /^\d+$/u.exec(parts.get('e') ?? '');
  const view = /^(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)$/u.exec(parts.get('v') ?? '');
  const scale = parts.get('x');
  const low = Number(view?.[1] ?? 0);
  const high = Number(view?.[2] ?? 0);
  return {
    seq: seq === null ? -1 : Number(seq[0]),
    view: high > low ? { low, high } : null,
    scale: scales.find((one) => one === scale) ?? null,
    node: parts.get('s') ?? '',
    filter: parts.get('f') ?? '',
    cone: parts.get('c') === '1',
  };
}
