/** The page's style sheet. Colours are variables that the page sets from its palette. */
export const style: string = `
*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column;background:var(--background);color:var(--text);
font:14px/1.45 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
h1,h2,h3,p,ul,ol{margin:0;padding:0}
h1{font-size:19px;line-height:1.3;overflow-wrap:anywhere}
h1.fail{color:var(--violation)}
h1.pass{color:var(--good)}
h2{font-size:14px;display:inline}
h3{font-size:13px;margin:10px 0 4px}
header{display:flex;flex-wrap:wrap;gap:6px 16px;align-items:center;justify-content:space-between;
padding:8px 14px;border-bottom:1px solid var(--gap)}
.verdict{flex:1 1 480px;min-width:0}
.note{flex-basis:100%;padding:4px 8px;border:1px solid var(--fault);color:var(--fault)}
.tools{display:flex;flex-wrap:wrap;gap:4px;align-items:center}
button{font:inherit;color:var(--text);background:var(--laneAlternate);border:1px solid var(--gap);
border-radius:5px;padding:2px 9px;min-height:26px;min-width:26px;cursor:pointer}
button:hover{border-color:var(--cursor)}
button:disabled{opacity:.55;cursor:default}
:focus-visible{outline:3px solid var(--cursor);outline-offset:1px}
main{flex:1 1 auto;display:flex;min-height:0}
#stage{flex:1 1 auto;display:flex;flex-direction:column;min-width:0;min-height:0}
#overview{width:100%;height:44px;display:block;border-bottom:1px solid var(--gap);cursor:pointer;
touch-action:none;flex:none}
#scroller{position:relative;flex:1 1 auto;min-height:0;overflow-x:hidden;overflow-y:auto}
#picture{width:100%;display:block;touch-action:pan-y}
#tip{position:absolute;pointer-events:none;max-width:260px;padding:3px 8px;border-radius:4px;
background:var(--text);color:var(--background);font-size:12px;overflow-wrap:anywhere;z-index:2}
#tip[hidden]{display:none}
aside{flex:0 0 clamp(380px,31vw,560px);overflow-y:auto;border-left:1px solid var(--gap);min-height:0}
details{border-bottom:1px solid var(--gap);padding:4px 12px 8px}
summary{cursor:pointer;padding:4px 0;min-height:24px}
.muted{color:var(--muted);font-size:12px}
.strong{font-weight:600}
.story{list-style:none}
.line{display:flex;gap:6px;width:100%;text-align:left;background:none;border:1px solid transparent;
border-left:4px solid transparent;border-radius:3px;padding:3px 4px;line-height:1.35}
.line .time{flex:0 0 62px;text-align:right;color:var(--muted);font-size:12px;
font-variant-numeric:tabular-nums;white-space:nowrap}
.line .mark{flex:0 0 14px;text-align:center}
.line .words{flex:1;min-width:0;overflow-wrap:anywhere}
.line.fault .mark,.line.fault .words{color:var(--fault)}
.line.violation .mark,.line.violation .words{color:var(--violation);font-weight:600}
.line[aria-current]{background:var(--laneAlternate);border-color:var(--cursor)}
.scroll{overflow-x:auto}
.tall{max-height:240px;overflow-y:auto}
table{border-collapse:collapse;font-size:12px}
th,td{padding:2px 5px;text-align:left;white-space:nowrap;border-bottom:1px solid var(--grid)}
thead th{color:var(--muted);font-weight:500}
.nodes .changed{font-weight:700}
.nodes del{color:var(--muted);font-weight:400}
.nodes ins{text-decoration:none;border-bottom:2px solid var(--cursor)}
.logs td{padding:1px}
.logs td button{font-size:11px;padding:0 5px;min-height:24px;min-width:36px;background:none;
border-width:2px;border-radius:2px}
.logs .uncommitted button{border-style:dashed}
.logs .committed button{font-weight:700}
.logs .commit-edge{border-right:4px solid var(--good)}
.logs .differs button{color:var(--violation);border-color:var(--violation)}
${[0, 1, 2, 3, 4, 5].map((i) => `.term-${i} button{border-color:var(--term-${i})}`).join('\n')}
.links{list-style:none;font-size:12px}
.link{background:none;border:0;padding:2px 0;min-height:24px;text-align:left;color:var(--cursor);
overflow-wrap:anywhere}
li.impossible .link{color:var(--violation);font-weight:600}
pre{font:11.5px/1.4 ui-monospace,"DejaVu Sans Mono",monospace;overflow:auto;max-height:260px;
background:var(--lane);padding:6px;margin:4px 0}
[role=listbox]{list-style:none;font-size:12px}
[role=option]{padding:3px 4px;cursor:pointer;overflow-wrap:anywhere}
[role=option].dim{color:var(--muted)}
[role=option][aria-selected=true]{background:var(--laneAlternate);
outline:2px solid var(--cursor);outline-offset:-2px;font-weight:600}
#panel-rule ul{padding-left:18px}
footer{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:center;padding:6px 14px;
border-top:1px solid var(--gap)}
#status{flex:1 1 320px;font-weight:600;min-width:0}
#said:empty{display:none}
#said{color:var(--cursor)}
.filter input{font:inherit;width:250px;max-width:60vw;color:var(--text);
background:var(--background);border:1px solid var(--muted);border-radius:5px;padding:2px 8px;
min-height:26px}
::placeholder{color:var(--muted);opacity:1}
dialog{max-width:640px;max-height:88vh;overflow:auto;background:var(--background);color:var(--text);
border:1px solid var(--gap);border-radius:8px}
dialog::backdrop{background:rgb(0 0 0/.5)}
dialog h2{display:block;font-size:17px}
.head{display:flex;justify-content:space-between;margin-bottom:8px}
.keys{columns:2;list-style:none;font-size:12px}
.keys li{break-inside:avoid;padding:2px 0}
.keys kbd{display:inline-block;min-width:64px;text-align:center;margin-right:6px}
kbd,code{font:12px ui-monospace,"DejaVu Sans Mono",monospace;border:1px solid var(--gap);
border-radius:3px;padding:0 4px}
dialog input{font:inherit;color:var(--text);background:var(--background);
border:1px solid var(--muted);border-radius:4px;padding:2px 6px}
@media (max-width:900px){html,body{height:auto}main{flex-direction:column}
#stage{height:70vh;flex:none}aside{flex:none;border-left:0}
footer{position:sticky;bottom:0;background:var(--background)}#status{max-height:4.4em;overflow-y:auto}}
@media (forced-colors:active){.line[aria-current],[role=option][aria-selected=true]{
outline:3px solid Highlight}}
@media print{footer,.tools,#overview,#panel-flight,#panel-event,#panel-list{display:none}
html,body,aside,#scroller{height:auto;overflow:visible}main{display:block}}
`;
