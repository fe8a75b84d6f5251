/** What happened at one moment: votes, wins, commits, crashes, events of the bus, the violation. */
import type { TraceRecord } from '../../trace/record.ts';
import type { Ballot, Vote, Win } from './bars.ts';
import { rulerHeight } from './layout.ts';
import { clamp } from './lists.ts';
import { turnStart } from './model.ts';
import type { Lettering, Point } from './pen.ts';
import type { Scene } from './scene.ts';
import { claim, isDim, isInView, pill, plotBox, xOf, yOf } from './scene.ts';
import { signOf } from './signs.ts';
import { timeText } from './words.ts';

/** More marks than this in view are left away: they would hide each other. */
const marksMax = 400;

function spot(scene: Scene, at: Point, hit: { index: number; text: string }): void {
  scene.hits.push({ from: at, to: at, ...hit });
}

function voteText({ kind, voter, again, distinct, needed }: Vote, isCounted: boolean): string {
  if (again) return isCounted ? `${voter} again!` : `${voter} again`;
  const sum =
    needed === null ? '' : needed.length > 2 ? ` = ${distinct}` : ` = ${distinct} of ${needed}`;
  return kind === 'vote' ? `+ ${voter}${sum}` : `${voter} would${sum}`;
}

function drawVote(scene: Scene, vote: Vote): void {
  const { palette } = scene;
  const { kind, index, lane, voter, again, distinct, needed } = vote;
  const x = xOf(scene, index);
  if (!isInView(scene, x, x)) return;
  const isPre = kind === 'preVote';
  const bold = scene.model.repeatedVotes.has(index);
  const ink = bold ? palette.violation : isPre || again ? palette.muted : palette.good;
  const y = yOf(scene, lane) - 27;
  const label = { text: voteText(vote, bold), ink, fill: palette.background, up: true, bold };
  const at = pill(scene, { x, y }, label);
  const what = isPre ? 'promise' : 'vote';
  const full = again
    ? `${voter}'s ${what} arrived before: votes are a set, it must not count twice`
    : `${what} of ${voter}: ${distinct} different voters${needed === null ? '' : `, ${needed} needed`}`;
  spot(scene, at, { index, text: full });
}

/** A leader whose votes are no majority: the picture says so itself. */
function drawWin(scene: Scene, win: Win): void {
  const { palette } = scene;
  const { index, lane, voters, needed, term, isQuorum } = win;
  const x = xOf(scene, index);
  if (isQuorum || voters.length === 0 || !isInView(scene, x, x)) return;
  const text = `elected by ${voters.join(', ')} only: ${voters.length} voters, needs ${needed}`;
  const at = { x: x + 60, y: yOf(scene, lane) + 25 };
  const ink = palette.violation;
  const label = { text, ink, fill: palette.background, up: false, bold: true };
  spot(scene, pill(scene, at, label), { index, text: `${text} (term ${term})` });
}

/** A vote given; one given to somebody else in the same term before is the bug itself. */
function drawBallot(scene: Scene, ballot: Ballot): void {
  const { palette, pen } = scene;
  const { index, lane, candidate, before, term } = ballot;
  const at = { x: xOf(scene, index), y: yOf(scene, lane) + 15 };
  if (!isInView(scene, at.x, at.x)) return;
  if (before !== '') {
    const text = `votes for ${candidate} in T${term} after ${before}!`;
    const label = { text, ink: palette.violation, fill: palette.background, up: false, bold: true };
    spot(scene, pill(scene, { x: at.x, y: at.y + 8 }, label), { index, text });
    return;
  }
  const text = `votes for ${candidate}`;
  const lettering = { color: palette.muted, size: 10.5, halo: palette.background };
  const width = pen.measure(text, lettering);
  if (claim(scene, { x: at.x + 4, y: at.y - 2, width, height: 13 })) {
    pen.text({ x: at.x + 4, y: at.y + 5 }, text, lettering);
  }
}

function drawCommits(scene: Scene): void {
  const { model, palette, pen } = scene;
  for (const { index, lane, commitIndex } of model.bars.commits) {
    const x = xOf(scene, index);
    if (!isInView(scene, x, x)) continue;
    const y = yOf(scene, lane) + 13;
    const points = [
      { x: x - 5, y: y + 9 },
      { x: x + 5, y: y + 9 },
      { x, y },
    ];
    pen.shape(points, { fill: palette.good });
    scene.taken.push({ x: x - 5, y, width: 10, height: 9 });
    const text = `commit ${commitIndex}`;
    const lettering = { color: palette.good, size: 10, halo: palette.background };
    const width = pen.measure(text, lettering);
    if (claim(scene, { x: x + 7, y: y - 1, width, height: 12 })) {
      pen.text({ x: x + 7, y: y + 5 }, text, lettering);
    }
    spot(scene, { x, y: y + 5 }, { index, text });
  }
}

function drawTimers(scene: Scene): void {
  const { model, palette, pen } = scene;
  for (const { index, lane } of model.bars.timers) {
    const x = xOf(scene, index);
    if (!isInView(scene, x, x)) continue;
    const y = yOf(scene, lane);
    pen.line({ x, y: y - 16 }, { x, y: y + 16 }, { color: palette.muted, width: 1.5 });
    const text = 'election timeout';
    const lettering = { color: palette.muted, size: 10.5, halo: palette.background };
    const box = { x: x - 4, y: y + 16, width: pen.measure(text, lettering), height: 13 };
    if (claim(scene, box)) pen.text({ x: x - 4, y: y + 22 }, text, lettering);
    spot(scene, { x, y: y + 16 }, { index, text: 'the election timer fires' });
  }
}

function drawSign(scene: Scene, index: number, record: TraceRecord): void {
  const found = signOf(record);
  if (found === null) return;
  const { palette, pen, model } = scene;
  const lane = model.turns.lane[index] ?? 0;
  const x = xOf(scene, index);
  const y = yOf(scene, lane);
  const isOffice = found.tone === 'office';
  const colors = { bad: palette.violation, odd: palette.fault, office: palette.cursor };
  const color = colors[found.tone];
  pen.save({ alpha: isDim(scene, index) ? 0.3 : 1 });
  if (lane >= model.lanes.firstServer && !isOffice) {
    pen.line({ x, y: y - 18 }, { x, y: y + 18 }, { color, width: 2 });
  }
  const text = `${found.sign} ${found.text}`;
  const lettering = {
    color,
    size: isOffice ? 10.5 : 11,
    bold: !isOffice,
    halo: palette.background,
  };
  drawSignText(scene, { x, y }, { text, lettering, up: lane >= model.lanes.firstServer ? 24 : 0 });
  pen.restore();
  spot(scene, { x, y }, { index, text });
}

/** Above or below the lane, wherever there is room; else only its sign, on the lane. */
function drawSignText(
  scene: Scene,
  { x, y }: Point,
  label: { readonly text: string; readonly lettering: Lettering; readonly up: number },
): void {
  const { text, lettering, up } = label;
  for (const words of [text, text.slice(0, 1)]) {
    const width = scene.pen.measure(words, lettering);
    const row = [up, -up, up + 13, -up - 13, up + 26].find((shift) =>
      claim(scene, { x: x + 2, y: y + shift - 7, width, height: 14 }),
    );
    if (row === undefined) continue;
    scene.pen.text({ x: x + 3, y: y + row }, words, lettering);
    return;
  }
  scene.pen.text({ x: x - 4, y }, text.slice(0, 1), lettering);
}

/** Under the lane while a change is only in memory; in red when a crash takes it. */
function drawUnsynced(scene: Scene, range: { from: number; to: number }): void {
  const { model, palette, pen, layout } = scene;
  for (const { lane, from, to, isLost, write } of model.unsynced) {
    if (from > range.to || to < range.from || isDim(scene, from)) continue;
    const y = yOf(scene, lane) + 11;
    const [left, right] = [xOf(scene, from), xOf(scene, to)];
    if (!isInView(scene, left, right)) continue;
    const color = isLost ? palette.violation : palette.fault;
    pen.line({ x: left, y }, { x: right, y }, { color, width: isLost ? 2.5 : 1.5, dash: [2, 2] });
    const fate = isLost ? 'lost with the crash' : to < model.records.length ? 'then durable' : '';
    const text = `write ${write} is only in memory${fate === '' ? '' : `, ${fate}`}`;
    const index = from;
    scene.hits.push({ from: { x: left, y }, to: { x: right, y }, index, text });
    const lettering = { color, size: 10, halo: palette.background };
    const words = isLost ? 'not on disk: lost' : 'not yet on disk';
    const width = pen.measure(words, lettering);
    const start = Math.max(left, layout.left);
    const place = [start + 3, (start + right - width) / 2, right - width - 3].find(
      (x) => x >= start && x + width <= right && claim(scene, { x, y: y + 2, width, height: 12 }),
    );
    if (place !== undefined) pen.text({ x: place, y: y + 8 }, words, lettering);
  }
}

/** Signs are looked for among the records in view only. */
export function drawMarks(scene: Scene, range: { from: number; to: number }): void {
  const { model, pen } = scene;
  const { bars } = model;
  pen.save({ clip: plotBox(scene) });
  const inRange = ({ index }: { readonly index: number }): boolean =>
    index >= range.from && index <= range.to && !isDim(scene, index);
  const votes = bars.votes.filter(inRange);
  for (const win of bars.wins.filter(inRange)) drawWin(scene, win);
  if (votes.length < marksMax) {
    for (const vote of votes) drawVote(scene, vote);
    for (const ballot of bars.ballots.filter(inRange)) drawBallot(scene, ballot);
  }
  if (range.to - range.from < 20 * marksMax) {
    if (bars.commits.filter(inRange).length < marksMax) drawCommits(scene);
    drawUnsynced(scene, range);
    for (let i = range.from; i <= range.to; i += 1) {
      const record = model.records[i];
      if (record !== undefined) drawSign(scene, i, record);
    }
    drawTimers(scene);
  }
  pen.restore();
}

/** The violation: a line over everything, its label at the top, rings around the evidence. */
export function drawViolation(scene: Scene): void {
  const { model, palette, pen, layout } = scene;
  const last = model.violations.at(-1);
  if (last === undefined) return;
  pen.save({ clip: plotBox(scene) });
  const color = palette.violation;
  for (const index of model.violations) {
    const lane = model.turns.lane[index] ?? -1;
    const x = xOf(scene, index);
    if (index !== last) {
      const ink = { color, width: 1.2, dash: [3, 4] };
      pen.line({ x, y: rulerHeight }, { x, y: layout.height }, ink);
    }
    if (lane < 0) continue;
    const y = yOf(scene, lane);
    const box = { x: x - 15, y: y - 15, width: 30, height: 30 };
    pen.box(box, { line: { color, width: 2.5 }, round: 15 });
  }
  const x = xOf(scene, last);
  pen.line({ x, y: rulerHeight }, { x, y: layout.height }, { color, width: 3 });
  pen.restore();
  const text = `⚠ ${model.story.invariant ?? 'violation'} broken`;
  const lettering = { color: palette.background, size: 12, bold: true };
  const width = pen.measure(text, lettering) + 14;
  const left = Math.max(layout.left, Math.min(x - width / 2, layout.width - width));
  if (!isInView(scene, x, x)) return;
  pen.box({ x: left, y: 3, width, height: 20 }, { fill: color, round: 4 });
  pen.text({ x: left + 7, y: 13.5 }, text, lettering);
  spot(scene, { x, y: 13 }, { index: last, text: model.story.title });
}

export function drawCursor(scene: Scene): void {
  const { model, palette, pen, layout, cursor } = scene;
  const x = xOf(scene, cursor);
  if (!isInView(scene, x, x)) return;
  const lane = model.turns.lane[cursor] ?? -1;
  pen.save({ clip: plotBox(scene) });
  const ink = { color: palette.cursor, width: 1.5 };
  const isOnViolation =
    turnStart(model, cursor) === turnStart(model, model.violations.at(-1) ?? -1);
  if (!isOnViolation) pen.line({ x, y: 22 }, { x, y: layout.height }, ink);
  if (lane >= 0) {
    const box = { x: x - 9, y: yOf(scene, lane) - 9, width: 18, height: 18 };
    pen.box(box, { line: { color: palette.cursor, width: 2.5 }, round: 9 });
  }
  const text = timeText(model.records[cursor]?.at ?? 0);
  const lettering = { color: palette.background, size: 11, bold: true };
  const width = pen.measure(text, lettering) + 10;
  const left = clamp(x - width / 2, layout.left + 2, layout.width - width - 2);
  const box = { x: left, y: layout.height - 19, width, height: 17 };
  pen.box(box, { fill: palette.cursor, round: 4 });
  pen.text({ x: left + 5, y: layout.height - 10 }, text, lettering);
  pen.restore();
}
