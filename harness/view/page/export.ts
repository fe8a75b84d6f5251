/** Taking the picture along: PNG, SVG, a Mermaid sequence diagram, the records in view. */
import type { App } from './app.ts';
import { make } from './dom.ts';
import { placeOf } from './layout.ts';
import type { Palette } from './palette.ts';
import type { Stage } from './stage.ts';
import { svgPen } from './svg-pen.ts';
import { messageText } from './words.ts';

function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const anchor = make('a', { href: url, download: name });
  anchor.click();
  URL.revokeObjectURL(url);
}

export function svgOf(app: App, stage: Stage, palette: Palette): string {
  const width = stage.picture.clientWidth;
  const height = stage.picture.clientHeight;
  const pen = svgPen({ width, height, background: palette.background }, stage.measure);
  stage.drawWith(app, palette, pen);
  return pen.document();
}

const mermaidMax = 120;

/** Semicolons and hashes end a Mermaid statement; angle brackets would become markup. */
function plain(text: string): string {
  return text.replaceAll(/[;#<>\n\r]/gu, ' ');
}

/** The messages in view as a Mermaid sequence diagram, crossed out where they were lost. */
export function mermaidOf(app: App): string {
  const { model, scale, span } = app;
  const names = model.lanes.all.filter(({ kind }) => kind === 'client' || kind === 'server');
  const rows = ['sequenceDiagram'];
  for (const { name } of names) rows.push(`  participant ${plain(name)}`);
  const shown = model.arrows.filter(({ send }) => {
    const place = placeOf(model, scale, send);
    return place >= span.low && place <= span.high;
  });
  for (const arrow of shown.slice(0, mermaidMax)) {
    const send = model.records[arrow.send];
    const to = model.lanes.all[arrow.to];
    if (send?.kind !== 'send' || to === undefined || to.kind === 'bus') continue;
    const line = arrow.fate === 'dropped' ? '--x' : arrow.isReply ? '-->>' : '->>';
    const twice = arrow.fate === 'duplicate' || arrow.fate === 'redelivered' ? ' (again)' : '';
    const text = plain(messageText(send.message));
    rows.push(`  ${plain(send.from)}${line}${plain(to.name)}: ${text}${twice}`);
  }
  const last = model.violations.at(-1);
  const [first] = names;
  if (last !== undefined && first !== undefined) {
    rows.push(`  Note over ${plain(first.name)}: ${plain(model.story.title)}`);
  }
  return `${rows.join('\n')}\n`;
}

function recordsInView({ model, scale, span }: App): string {
  const inView = model.records.filter((_, index) => {
    const place = placeOf(model, scale, index);
    return place >= span.low && place <= span.high;
  });
  return inView.map((record) => `${JSON.stringify(record)}\n`).join('');
}

export type ExportKind = 'png' | 'svg' | 'mermaid' | 'ndjson';

export function exportAs(
  kind: ExportKind,
  found: { readonly app: App; readonly stage: Stage; readonly palette: Palette },
): void {
  const { app, stage, palette } = found;
  switch (kind) {
    case 'png':
      stage.picture.toBlob((blob) => {
        if (blob !== null) save('trace.png', blob);
      });
      return;
    case 'svg':
      save('trace.svg', new Blob([svgOf(app, stage, palette)], { type: 'image/svg+xml' }));
      return;
    case 'mermaid':
      save('trace.mmd', new Blob([mermaidOf(app)], { type: 'text/plain' }));
      return;
    case 'ndjson':
      save('view.ndjson', new Blob([recordsInView(app)], { type: 'application/x-ndjson' }));
  }
}
