/**
 * A campaign's result as one HTML page: a file that holds everything, asks for nothing and runs no
 * script. It lies beside the folders of the bugs that it links to.
 */
import { createHash } from 'node:crypto';
import { table as declared } from '../raft/table.ts';
import { clean, counted, duration, grouped } from '../report/words.ts';
import { coverageInputs, coverageRoles } from '../search/coverage.ts';
import type { ResultBug, ResultDocument } from '../search/result.ts';
import { barChart, growthChart } from './campaign-charts.ts';
import { campaignStyle } from './campaign-style.ts';
import { statesText } from './campaign-words.ts';

const entities: { readonly [sign: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text that no parser reads as markup, and no reader as something else. */
export function markup(text: string, max: number = 4_000): string {
  return clean(text, max).replaceAll(/[&<>"]/gu, (sign) => entities[sign] ?? sign);
}

type Row = readonly string[];

/** Cells are markup already. */
function tableOf(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row, tag: 'td' | 'th'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => line(row, 'td')).join('\n');
  const table = `<table><thead>${line(head, 'th')}</thead>\n<tbody>${body}</tbody></table>`;
  return `<div class="scroll">${table}</div>`;
}

function section(id: string, title: string, body: string): string {
  return `<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${body}\n</section>`;
}

const verdicts: Readonly<Record<ResultDocument['verdict'], string>> = {
  ok: '✓ every promise held',
  violation: '✖ a promise was broken',
  unknown: '? some judge could not say',
  vacuous: '? that proves too little',
  error: '✖ the harness broke',
};

function factsOf({ stats, runsHash, ...document }: ResultDocument): string {
  const { seed, strategy, shard, stopped } = document;
  const facts: readonly (readonly [string, string])[] = [
    ['runs', `${grouped(stats.runs)}, of which ${grouped(stats.failed)} failed`],
    ['simulated', duration(stats.simMs)],
    ['messages', grouped(stats.messages)],
    ['events', grouped(stats.events)],
    ['took', `${duration(stats.wallMs)}, ${grouped(stats.runsPerSec)} runs a second`],
    ['strategy', strategy],
    ['seed', String(seed)],
    ['hash of all runs', runsHash],
    ...(shard === null ? [] : [['shard', shard] as const]),
    ...(stopped ? [['ended', 'when its time was up, or by hand'] as const] : []),
  ];
  const rows = facts.map(([name, text]) => `<div><dt>${name}</dt><dd>${markup(text)}</dd></div>`);
  return `<dl>${rows.join('')}</dl>`;
}

/** Beside this page lies the bug's folder, by its id. */
function bugOf(bug: ResultBug): string {
  const folder = encodeURIComponent(bug.id);
  const size = `${counted(bug.faults, 'fault')}, ${counted(bug.operations, 'operation')}`;
  const links = ['story.md', 'trace.ndjson', 'scenario.json', 'repro.json']
    .map((name) => `<a href="${folder}/${name}">${name}</a>`)
    .join(' · ');
  const { needed } = bug;
  const needs = needed !== null && needed.length > 0 ? `; needs ${markup(needed.join(', '))}` : '';
  const first = `first run ${grouped(bug.firstRun)} (${bug.strategy})`;
  const story = bug.story.map((one) => markup(one)).join('\n');
  return [
    `<article><h3>${markup(bug.invariant)}: ${markup(bug.title)}</h3>`,
    `<p>${counted(bug.count, 'run')} failed so, ${first}; smallest ${size}${needs}</p>`,
    `<p><a href="${folder}/">${markup(bug.id)}</a>: ${links}</p>`,
    `<p><code>${markup(bug.replay.join(' '))}</code></p>`,
    `<details><summary>its story</summary><pre>${story}</pre></details>`,
    '</article>',
  ].join('\n');
}

function cellsOf({ coverage }: ResultDocument): string {
  const missing = new Set(coverage.cells.missing);
  const rows = coverageInputs.map((input) => [
    markup(input),
    ...coverageRoles.map((role) => {
      const transition = declared[role][input];
      if (transition === 'ignore' || transition === 'forbid') {
        return '<span class="muted">·</span>';
      }
      return missing.has(`${role} × ${input}`)
        ? `<span class="missing">✖ ${transition}</span>`
        : `<span class="good">✓ ${transition}</span>`;
    }),
  ]);
  return tableOf(['input', ...coverageRoles], rows);
}

function coverageOf(document: ResultDocument): string {
  const { cells, transitions, faultRoles, actions, states } = document.coverage;
  const reached = [cells, transitions, faultRoles, actions].map(({ hit, of }) => `${hit} of ${of}`);
  const summary = tableOf(
    [
      'role × input',
      'transitions',
      'fault × role',
      'actions of the specification',
      'abstract states',
    ],
    [
      [
        ...reached.slice(0, 3),
        `${reached[3] ?? ''} (in ${counted(actions.sampledRuns, 'run')} sampled)`,
        `${statesText(states.count, states.estimated)}, last new at run ${grouped(states.lastNewRun)}`,
      ],
    ],
  );
  const unmet = [...transitions.missing, ...faultRoles.missing, ...actions.missing];
  const rest = unmet.length === 0 ? '' : `<p>never: ${markup(unmet.join(', '))}</p>`;
  const grid = `<details><summary>the table, cell by cell</summary>${cellsOf(document)}</details>`;
  return [summary, growthChart(states.growth), rest, grid].join('\n');
}

function sometimesOf({ sometimes }: ResultDocument): string {
  const rows = sometimes.map(({ name, hits, ok }) => [
    ok ? '<span class="good">✓</span>' : '<span class="missing">✖</span>',
    markup(name),
    hits === 0 ? '<strong>never</strong>' : grouped(hits),
  ]);
  const unseen = sometimes.filter(({ hits }) => hits === 0).length;
  const title = `${sometimes.length - unseen} of ${sometimes.length} kinds of events were seen`;
  return `<details><summary>${title}</summary>${tableOf(['', 'event', 'times'], rows)}</details>`;
}

function canariesOf({ canaries }: ResultDocument): string {
  const rows = canaries.map(({ name, runs, killedAtRun, invariant }) => [
    markup(name),
    killedAtRun === null
      ? `<span class="missing">✖ survived ${counted(runs, 'run')}</span>`
      : `<span class="good">✓ run ${grouped(killedAtRun)}</span>`,
    markup(invariant ?? ''),
  ]);
  return tableOf(['wrong machine', 'caught', 'by'], rows);
}

function strategiesOf({ strategies }: ResultDocument): string {
  const rows = strategies.map(({ name, runs, newStates, found }) => [
    name,
    grouped(runs),
    grouped(newStates),
    markup(found.join(', ')),
  ]);
  return tableOf(['strategy', 'runs', 'states seen first', 'found first'], rows);
}

function sectionsOf(document: ResultDocument): readonly string[] {
  const { bugs, gates, canaries, stats } = document;
  const sections: string[] = [];
  if (bugs.length > 0) sections.push(section('bugs', 'Bugs', bugs.map(bugOf).join('\n')));
  if (gates.length > 0) {
    const why = gates.map((gate) => `<li>${markup(gate.why)}</li>`).join('');
    sections.push(section('gates', 'What is missing', `<ul>${why}</ul>`));
  }
  sections.push(section('coverage', 'Coverage', coverageOf(document)));
  sections.push(section('faults', 'Faults', barChart(stats.faults)));
  sections.push(section('strategies', 'Strategies', strategiesOf(document)));
  if (canaries.length > 0) sections.push(section('canaries', 'Canaries', canariesOf(document)));
  sections.push(section('sometimes', 'Seen', sometimesOf(document)));
  return sections;
}

/** The whole page as text; the same document gives the same page. */
export function campaignPage(document: ResultDocument): string {
  const hash = createHash('sha256').update(campaignStyle).digest('base64');
  const rest = "base-uri 'none'; form-action 'none'";
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; ${rest}`;
  const title = verdicts[document.verdict];
  const tone = document.verdict === 'ok' ? 'good' : 'missing';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Whitewater: ${title.slice(2)}</title>
<style>${campaignStyle}</style>
</head>
<body>
<main>
<h1 class="${tone}">${title}</h1>
${factsOf(document)}
${sectionsOf(document).join('\n')}
</main>
</body>
</html>
`;
}
