/** `whitewater diagram`: pictures from the declared table and from traces, as SVG or Mermaid. */
import { cellsSeen, changesSeen } from '../search/coverage.ts';
import { gathered, summed } from '../search/parts.ts';
import { UserError } from '../trace/user-error.ts';
import type { Activity } from '../verify/activity.ts';
import { ActivityReader, newActivity } from '../verify/activity.ts';
import { sequenceMermaid, sequenceOf, sequenceSvg } from '../verify/sequence.ts';
import { statechartMermaid, statechartSvg } from '../verify/statechart.ts';
import { systemMermaid, systemSvg } from '../verify/system.ts';
import { partsAt } from './campaign-files.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { traceAt } from './input.ts';
import type { Request } from './request.ts';
import { remedyFor } from './suggest.ts';

const rowsMax = 80;

/** What traces and campaigns did, added up; null without any: nothing is coloured. */
async function activityOf(paths: readonly string[]): Promise<Activity | null> {
  if (paths.length === 0) return null;
  const activity = newActivity();
  for (const path of paths) {
    if (path.endsWith('.json')) addCampaign(activity, path);
    else {
      const reader = new ActivityReader(activity);
      const { records } = await traceAt(path);
      for (const record of records) reader.read(record);
    }
  }
  return activity;
}

/** The coverage that a campaign left beside its result. */
function addCampaign({ cells, changes }: Activity, path: string): void {
  const { coverage } = summed(gathered([partsAt(path)]), path);
  for (const { role, input, times } of cellsSeen(coverage)) add(cells, `${role}/${input}`, times);
  for (const { from, input, to, times } of changesSeen(coverage)) {
    add(changes, `${from}/${input}/${to}`, times);
  }
}

function add(counts: Map<string, number>, name: string, times: number): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

async function sequence(request: Request, path: string | undefined): Promise<string> {
  if (path === undefined) {
    throw new UserError('a sequence is drawn from a trace', {
      remedy: 'Name one: whitewater diagram sequence trace.ndjson',
    });
  }
  const { records } = await traceAt(path);
  const { full, mermaid } = request.given;
  const drawn = sequenceOf(records, full === true ? Infinity : rowsMax);
  return mermaid === true ? sequenceMermaid(drawn) : sequenceSvg(drawn);
}

async function picture(request: Request): Promise<string> {
  const [what = '', ...paths] = request.args;
  const mermaid = request.given.mermaid === true;
  switch (what) {
    case 'system':
      return mermaid ? systemMermaid() : systemSvg();
    case 'statechart': {
      const activity = await activityOf(paths);
      return mermaid ? statechartMermaid(activity) : statechartSvg(activity);
    }
    case 'sequence':
      return sequence(request, paths[0]);
    default:
      throw new UserError(`there is no diagram "${what}"`, {
        remedy: remedyFor(what, ['system', 'statechart', 'sequence']),
      });
  }
}

/** Draws to standard output. */
export async function diagramCommand(request: Request): Promise<ExitCode> {
  const text = await picture(request);
  const { io, given } = request;
  if (given.json === true) {
    const [what = ''] = request.args;
    const format = given.mermaid === true ? 'mermaid' : 'svg';
    const document = { schema: 'whitewater.diagram/1', what, format, text };
    io.out(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    io.out(text);
  }
  return exits.ok;
}
