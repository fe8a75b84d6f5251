/** Small pictures of a campaign as SVG: coverage as it grew, faults by kind. */
import { clean, grouped } from '../report/words.ts';

const width = 960;
const left = 70;
const plotHeight = 200;
const rowHeight = 20;

function escaped(text: string): string {
  return clean(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The curve of abstract states: it grows flat when more runs show little that is new. */
export function growthChart(growth: readonly number[]): string {
  const most = Math.max(1, ...growth);
  const top = 20;
  const bottom = top + plotHeight;
  const across = (width - left - 20) / Math.max(1, growth.length);
  const points = [0, ...growth].map((known, i) => {
    const x = left + i * across;
    const y = bottom - (known / most) * plotHeight;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const told = `Abstract states known after each part of the campaign, ${grouped(most)} at the end`;
  return [
    `<svg viewBox="0 0 ${width} ${bottom + 30}" role="img" aria-label="${told}">`,
    `<path class="axis" d="M${left} ${top}V${bottom}H${width - 20}"/>`,
    `<text x="${left - 8}" y="${top + 5}" text-anchor="end">${grouped(most)}</text>`,
    `<text x="${left - 8}" y="${bottom}" text-anchor="end">0</text>`,
    `<text x="${left}" y="${bottom + 20}">first run</text>`,
    `<text x="${width - 20}" y="${bottom + 20}" text-anchor="end">last run</text>`,
    `<text class="label" x="${left + 8}" y="${top + 5}">abstract states seen</text>`,
    `<polyline class="curve" points="${points.join(' ')}"/>`,
    '</svg>',
  ].join('\n');
}

/** One bar a kind, the longest first, on a logarithmic scale: rare kinds are to be seen, too. */
export function barChart(counts: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(counts).toSorted(
    ([a, one], [b, two]) => two - one || (a < b ? -1 : 1),
  );
  if (kinds.length === 0) return '<p>no fault struck</p>';
  const most = Math.log10(1 + Math.max(...kinds.map(([, count]) => count)));
  const nameWidth = 150;
  const rows = kinds.map(([kind, count], i) => {
    const y = i * rowHeight;
    const length = (Math.log10(1 + count) / most) * (width - nameWidth - 120);
    const end = `x="${nameWidth - 8}" y="${y + 15}" text-anchor="end"`;
    return [
      `<text class="label" ${end}>${escaped(kind)}</text>`,
      `<rect class="bar" x="${nameWidth}" y="${y + 4}" width="${length.toFixed(1)}" height="13"/>`,
      `<text x="${(nameWidth + length + 8).toFixed(1)}" y="${y + 15}">${grouped(count)}</text>`,
    ].join('');
  });
  const all = kinds.map(([kind, count]) => `${escaped(kind)} ${grouped(count)}`);
  const told = `Faults by kind: ${all.join(', ')}`;
  return [
    `<svg viewBox="0 0 ${width} ${kinds.length * rowHeight}" role="img" aria-label="${told}">`,
    ...rows,
    '</svg>',
  ].join('\n');
}
