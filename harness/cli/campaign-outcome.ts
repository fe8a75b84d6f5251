/** From a campaign that is over to everything people and tools get of it. */
import { join } from 'node:path';
import type { FailureReport } from '../report/failure.ts';
import { failureText } from '../report/failure.ts';
import { githubAnnotations, stepSummary } from '../report/github.ts';
import { junitXml } from '../report/junit.ts';
import type { Bug, Campaign } from '../search/campaign.ts';
import type { Part } from '../search/parts.ts';
import type { ResultDocument } from '../search/result.ts';
import { resultDocument } from '../search/result.ts';
import type { StrategyShare } from '../search/shares.ts';
import type { Attended } from './background.ts';
import { pageName, resultName, writeParts, writeResult } from './campaign-files.ts';
import { campaignPage } from './campaign-page.ts';
import { exitOf, summaryText } from './campaign-summary.ts';
import { exhibitBug } from './exhibit-bug.ts';
import type { ExitCode } from './exit.ts';
import { storyLines } from './failure.ts';
import type { CampaignJob } from './job.ts';
import { paintedStory, styleOf } from './paint.ts';
import { appendSummary, reportersOf } from './reporters.ts';
import type { Request } from './request.ts';
import { outOf } from './request.ts';

/** A campaign that is over, its job, and what may be merged of it. */
export interface Over {
  readonly job: CampaignJob;
  readonly attended: Attended<Campaign>;
  readonly parts: readonly Part[];
  readonly shares?: readonly StrategyShare[];
}

interface Finding {
  readonly bug: Bug;
  readonly report: FailureReport;
}

function findings(request: Request, { job, attended }: Over): Finding[] {
  const out = outOf(request.given);
  return attended.result.bugs.map((bug) => ({
    bug,
    report: exhibitBug(bug, { job, out, ms: null }),
  }));
}

function documentOf({ job, attended, shares }: Over, found: readonly Finding[]): ResultDocument {
  const reports = new Map(found.map(({ bug, report }) => [bug.id, report]));
  return resultDocument(attended.result, {
    wallMs: attended.wallMs,
    mustSee: job.mustSee ?? [],
    ...(shares === undefined ? {} : { shares }),
    describe(bug) {
      const report = reports.get(bug.id);
      const folder = report?.folder ?? null;
      return {
        story: report === undefined ? [] : storyLines(report.story),
        trace: folder === null ? null : join(folder, 'trace.ndjson'),
        replay: folder === null ? [] : ['npx', 'whitewater', 'replay', folder],
      };
    },
  });
}

/** Writes everything down, tells it, and says with which code to exit. */
export function published(request: Request, over: Over): ExitCode {
  const { given, io } = request;
  const { interrupted } = over.attended;
  const reporters = reportersOf(given);
  const style = styleOf(given, io);
  const found = findings(request, over);
  const document = documentOf(over, found);
  const out = outOf(given);
  const text = `${JSON.stringify(document, null, 2)}\n`;
  writeResult(out, resultName, text);
  writeResult(out, pageName, campaignPage(document));
  writeParts(out, over.parts);
  if (reporters.has('junit')) writeResult(out, 'junit.xml', junitXml(document));
  if (reporters.has('github')) appendSummary(io.env, stepSummary(document));
  if (given.json === true) {
    io.out(text);
  } else {
    const [first] = found;
    if (first !== undefined) io.out(`${paintedStory(failureText(first.report, style), style)}\n\n`);
    if (reporters.has('github')) io.out(githubAnnotations(document));
    io.out(summaryText(document, { style, interrupted, out }));
  }
  return exitOf(document, interrupted);
}
