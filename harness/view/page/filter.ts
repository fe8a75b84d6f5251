/**
 * The filter's grammar: words that must all hold. `node:S1 type:vote* fault:* term:2..3 index:4
 * client:c0 text:"set x" kind:drop before:181ms after:10ms cause:e37 effect:e12`; a minus before a
 * word turns it round; a word without a colon is `text:`.
 */
import type { TraceRecord } from '../../trace/record.ts';
import { futureOf, pastOf } from './cone.ts';
import type { Model } from './model.ts';

export interface Filter {
  readonly words: readonly string[];
  /** 1 for each record that fits. */
  readonly fits: Uint8Array;
  /** Indexes of those records, ascending. */
  readonly places: readonly number[];
  /** What cannot be understood; empty when all is well. */
  readonly problem: string;
}

type Test = (record: TraceRecord, index: number) => boolean;

/** Splits at spaces outside quotation marks. */
export function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^\s"]+|"[^"]*"?)+/gu)].map(([word]) => word);
}

function globTest(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split('*');
  return (text) => {
    const low = text.toLowerCase();
    let from = 0;
    for (const [i, part] of parts.entries()) {
      const found = low.indexOf(part, from);
      if (found < 0 || (i === 0 && found !== 0)) return false;
      from = found + part.length;
    }
    return parts.length > 1 && parts.at(-1) === '' ? true : low.endsWith(parts.at(-1) ?? '');
  };
}

function rangeTest(text: string): ((value: number) => boolean) | null {
  const found = /^(\d*)(\.\.)?(\d*)$/u.exec(text);
  if (found === null || text === '' || text === '..') return null;
  const [, low = '', dots, high = ''] = found;
  const least = low === '' ? 0 : Number(low);
  const most = dots === undefined ? least : high === '' ? Infinity : Number(high);
  return (value) => value >= least && value <= most;
}

function microsOf(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?)(us|ms|s)?$/u.exec(text);
  if (found === null) return null;
  const [, digits = '', unit = 'ms'] = found;
  return Number(digits) * (unit === 's' ? 1e6 : unit === 'us' ? 1 : 1e3);
}

function nodeTest(value: string): Test {
  const fits = globTest(value);
  return (record) => {
    if ('server' in record && fits(record.server)) return true;
    if ('from' in record && fits(record.from)) return true;
    return ('to' in record && fits(record.to)) || ('client' in record && fits(record.client));
  };
}

function typeTest(model: Model, value: string): Test {
  const words = globTest(value.startsWith('vote') ? `*${value}` : value);
  return (record) => {
    if (!('id' in record)) return false;
    const kind = model.sends.get(record.id)?.message.kind ?? '';
    return words(kind) || (value.startsWith('vote') && kind.startsWith('RequestVote'));
  };
}

function faultTest(value: string): Test {
  const fits = globTest(value);
  return (record) => {
    if (!('fault' in record) || record.fault < 0) return false;
    if (record.kind === 'fault' && fits(record.name)) return true;
    return fits(String(record.fault)) || fits(record.kind);
  };
}

function numberTest(model: Model, name: 'term' | 'index', value: string): Test | null {
  const fits = rangeTest(value);
  if (fits === null) return null;
  return (record) => {
    const body = 'id' in record ? model.sends.get(record.id)?.message : undefined;
    if (name === 'index') {
      if ('index' in record) return fits(record.index);
      if ('commitIndex' in record) return fits(record.commitIndex);
      const entries =
        record.kind === 'write'
          ? (record.log?.entries ?? [])
          : body?.kind === 'AppendEntries'
            ? body.entries
            : [];
      return entries.some(({ index }) => fits(index));
    }
    if ('term' in record) return fits(record.term);
    return body !== undefined && 'term' in body && fits(body.term);
  };
}

function coneTest(model: Model, name: 'cause' | 'effect', value: string): Test | null {
  const found = /^e?(\d+)$/u.exec(value);
  if (found === null) return null;
  const index = model.indexOf(Number(found[1]));
  const inside = name === 'cause' ? pastOf(model, index) : futureOf(model, index);
  return (_, place) => inside[place] === 1;
}

function timeTest(name: 'before' | 'after', value: string): Test | null {
  const micros = microsOf(value);
  if (micros === null) return null;
  return name === 'before' ? ({ at }) => at <= micros : ({ at }) => at >= micros;
}

function textTest(value: string): Test {
  const low = value.toLowerCase();
  return (record) => JSON.stringify(record).toLowerCase().includes(low);
}

function testOf(model: Model, name: string, value: string): Test | null {
  switch (name) {
    case 'node':
    case 'client':
      return nodeTest(value);
    case 'type':
      return typeTest(model, value);
    case 'fault':
      return faultTest(value);
    case 'term':
    case 'index':
      return numberTest(model, name, value);
    case 'kind': {
      const fits = globTest(value);
      return ({ kind }) => fits(kind);
    }
    case 'before':
    case 'after':
      return timeTest(name, value);
    case 'cause':
    case 'effect':
      return coneTest(model, name, value);
    case 'text':
      return textTest(value);
    default:
      return null;
  }
}

function compile(model: Model, word: string): Test | null {
  const turned = word.startsWith('-') && word.length > 1;
  const bare = (turned ? word.slice(1) : word).replaceAll('"', '');
  const colon = bare.indexOf(':');
  const name = colon < 0 ? 'text' : bare.slice(0, colon);
  const test = testOf(model, name, colon < 0 ? bare : bare.slice(colon + 1));
  if (test === null || !turned) return test;
  return (record, index) => !test(record, index);
}

/** Null when the text holds no word. */
export function filterOf(model: Model, text: string): Filter | null {
  const words = wordsOf(text);
  if (words.length === 0) return null;
  const tests = words.map((word) => compile(model, word));
  const bad = words[tests.indexOf(null)];
  const problem = bad === undefined ? '' : `not understood: ${bad}`;
  const good = tests.filter((test) => test !== null);
  const fits = new Uint8Array(model.records.length);
  const places: number[] = [];
  model.records.forEach((record, index) => {
    if (!good.every((test) => test(record, index))) return;
    fits[index] = 1;
    places.push(index);
  });
  return { words, fits, places, problem };
}
