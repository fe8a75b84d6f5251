/** The style sheet of a campaign's page: the viewer's colours, light or dark as the reader wants. */
import type { Palette } from '../view/page/palette.ts';
import { dark, light } from '../view/page/palette.ts';

function variables(palette: Palette): string {
  const { background, text, muted, grid, lane, violation, fault, cursor, good, gap } = palette;
  const colours = { background, text, muted, grid, lane, violation, fault, cursor, good, gap };
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}

export const campaignStyle: string = `
:root{color-scheme:light dark;${variables(light)}}
@media (prefers-color-scheme:dark){:root{${variables(dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--background);color:var(--text);
font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1000px;margin:0 auto;padding:16px}
h1{font-size:24px;margin:8px 0}
h2{font-size:18px;margin:28px 0 8px;border-bottom:1px solid var(--gap)}
h3{font-size:15px;margin:16px 0 4px;color:var(--violation);overflow-wrap:anywhere}
p{margin:4px 0;overflow-wrap:anywhere}
.good{color:var(--good)}
.missing{color:var(--violation)}
.muted{color:var(--muted)}
a{color:var(--cursor)}
dl{display:flex;flex-wrap:wrap;gap:4px 28px;margin:8px 0}
dt{color:var(--muted);font-size:12px}
dd{margin:0}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:3px 10px 3px 0;text-align:left;border-bottom:1px solid var(--grid);white-space:nowrap}
th{color:var(--muted);font-weight:500}
.scroll{overflow-x:auto}
article{border-left:4px solid var(--violation);padding-left:12px;margin:12px 0}
summary{cursor:pointer;padding:4px 0}
pre{font:12px/1.4 ui-monospace,"DejaVu Sans Mono",monospace;overflow-x:auto;background:var(--lane);
padding:8px}
code{font:12px ui-monospace,"DejaVu Sans Mono",monospace}
svg{display:block;width:100%;height:auto;margin:12px 0}
svg text{font-size:12px;fill:var(--muted)}
.axis{stroke:var(--gap);fill:none}
.curve{stroke:var(--cursor);stroke-width:2;fill:none}
.bar{fill:var(--fault)}
svg .label{fill:var(--text)}
:focus-visible{outline:3px solid var(--cursor);outline-offset:1px}
@media print{details{break-inside:avoid}}
`;
