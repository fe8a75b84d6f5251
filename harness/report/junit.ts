/** JUnit XML: one test case a broken promise, or one passing case when none broke. */
import type { ReportedBug, ReportedResult } from './result.ts';
import { clean } from './words.ts';

/** Some readers put the message in an attribute and choke on more. */
const messageBytesMax = 4_000;

function xml(text: string): string {
  return clean(text, 100_000)
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/"/gu, '&quot;');
}

/** At most `messageBytesMax` bytes, never cut within a character or an entity. */
function message(text: string): string {
  let out = xml(text);
  for (let max = messageBytesMax; Buffer.byteLength(out) > messageBytesMax; max -= 200) {
    out = xml(clean(text, max));
  }
  return out;
}

function failedCase(bug: ReportedBug): string {
  const story = bug.story.map((line) => xml(line)).join('\n');
  return [
    `    <testcase classname="whitewater" name="${xml(bug.invariant)}: ${xml(bug.id)}">`,
    `      <properties><property name="raft.seed" value="${bug.seed}"/></properties>`,
    `      <failure type="${xml(bug.invariant)}" message="${message(bug.title)}"/>`,
    `      <system-out>${story}\n$ ${xml(bug.replay.join(' '))}</system-out>`,
    '    </testcase>',
  ].join('\n');
}

/** The document. Seconds, as JUnit has it. */
export function junitXml(result: ReportedResult): string {
  const { bugs, stats } = result;
  const broken = result.verdict !== 'ok' && bugs.length === 0;
  const held = broken
    ? '    <testcase classname="whitewater" name="campaign">' +
      `<error message="${result.verdict}"/></testcase>`
    : '    <testcase classname="whitewater" name="every promise"/>';
  const cases = bugs.length === 0 ? [held] : bugs.map(failedCase);
  const counts = `tests="${cases.length}" failures="${bugs.length}" errors="${broken ? 1 : 0}"`;
  const time = (stats.wallMs / 1000).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${time}">`,
    `  <testsuite name="whitewater" ${counts} time="${time}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
