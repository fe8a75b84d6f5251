/** Colours, light and dark. Every meaning is also drawn as a shape or said in words. */
import type { Family } from './arrows.ts';

export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly lane: string;
  readonly laneAlternate: string;
  readonly violation: string;
  readonly fault: string;
  readonly faultFill: string;
  readonly duplicate: string;
  readonly cursor: string;
  readonly good: string;
  readonly gap: string;
  /** Text on a filled term colour. */
  readonly onTerm: string;
  readonly terms: readonly string[];
  readonly families: Readonly<Record<Family, string>>;
}

/**
 * Term colours in the manner of Paul Tol's `bright` scheme, told apart by colour-blind people too.
 * None of them is red: red is for what broke.
 */
export const light: Palette = {
  background: '#ffffff',
  text: '#1b2330',
  muted: '#5a6472',
  grid: '#e3e7ec',
  lane: '#f7f9fb',
  laneAlternate: '#eef2f6',
  violation: '#c0002b',
  fault: '#a34700',
  faultFill: '#fde3c8',
  duplicate: '#8a1fa8',
  cursor: '#0b57d0',
  good: '#1a7431',
  gap: '#b9c0c9',
  onTerm: '#ffffff',
  terms: ['#3a6ea5', '#1f7a30', '#857000', '#12798f', '#96296a', '#5b5f97'],
  families: {
    vote: '#4a4e9c',
    append: '#1f6f6a',
    heartbeat: '#8d97a3',
    snapshot: '#7a3b12',
    read: '#2f6b2f',
    client: '#7a5c1e',
  },
};

export const dark: Palette = {
  background: '#0f141b',
  text: '#e6ebf2',
  muted: '#9aa6b5',
  grid: '#232c38',
  lane: '#141b24',
  laneAlternate: '#19222d',
  violation: '#ff6b7f',
  fault: '#ffb066',
  faultFill: '#4a3017',
  duplicate: '#dd8cf5',
  cursor: '#7ab0ff',
  good: '#6fd58a',
  gap: '#4b5563',
  onTerm: '#0b0f14',
  terms: ['#7fb2e5', '#6ccb7c', '#d9c65a', '#74d3ee', '#e089bd', '#b3b7ec'],
  families: {
    vote: '#a9adf5',
    append: '#63cfc6',
    heartbeat: '#6b7684',
    snapshot: '#e6a57a',
    read: '#9bd39b',
    client: '#d8b871',
  },
};

export function termColor(palette: Palette, term: number): string {
  return palette.terms[term % palette.terms.length] ?? palette.text;
}
