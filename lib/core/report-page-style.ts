/** The style of the report page: light, dark and print, from a phone's width up; banner contrasts meet WCAG AA. */

const COLOURS = `
:root {
  --page: #f6f7f9; --card: #fff; --text: #1b1f24; --soft: #56606b; --line: #d9dee4; --empty: #e4e8ed;
  --copied: #1f8a43; --skipped: #7b8ea6; --failed: #c62828; --code: #f1f3f6; --mark: #8a4b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1d2126; --text: #e8ebee; --soft: #a3adb8; --line: #353c44; --empty: #2d333a;
    --copied: #4cc273; --skipped: #8fa3bc; --failed: #ff7a70; --code: #272c33; --mark: #ffb960;
  }
}
.banner.green { background: #14692f; color: #fff; }
.banner.yellow { background: #ffd24d; color: #241a00; }
.banner.red { background: #a61b1b; color: #fff; }
.banner.blue { background: #0b559f; color: #fff; }
`;

const LAYOUT = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main, .banner > div, footer { max-width: 54rem; margin: 0 auto; padding: 0 1rem; }
.banner { padding: 1.75rem 0; }
.banner p { margin: .25rem 0 0; }
.banner .task { margin: 0; }
.banner .way { margin-top: .9rem; }
h1 { margin: .1rem 0; font-size: clamp(2rem, 7vw, 3rem); line-height: 1.15; letter-spacing: -.01em; }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; }
h3 { margin: 0; font-size: 1rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
section { margin: 1rem 0; padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
section p { margin: .4rem 0; }
footer { padding-bottom: 2rem; color: var(--soft); font-size: .875rem; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

const FIGURES = `
.measure { display: flex; flex-wrap: wrap; gap: 0 .75rem; margin: .75rem 0 .3rem; font-variant-numeric: tabular-nums; }
.measure span { color: var(--soft); }
.measure strong { margin-left: auto; }
.bar { display: flex; height: .9rem; overflow: hidden; border-radius: .45rem; background: var(--empty); }
.bar i { flex: 1 1 0; min-width: 3px; }
.bar .copied, .legend .copied::before { background: var(--copied); }
.bar .skipped, .legend .skipped::before { background: var(--skipped); }
.bar .failed, .legend .failed::before { background: var(--failed); }
.bar .arrived, .legend .arrived::before { background: repeating-linear-gradient(135deg, var(--copied) 0 4px, var(--empty) 4px 6px); }
.bar .pending { min-width: 0; }
.bar .pending, .legend .pending::before { background: var(--empty); }
.bar .unlisted, .legend .unlisted::before { background: repeating-linear-gradient(135deg, var(--soft) 0 2px, var(--empty) 2px 6px); }
.bar .unlisted { flex: 0 0 1.5rem; }
.legend { font-size: .875rem; color: var(--soft); }
.legend .key { display: inline-block; margin-right: 1rem; }
.legend .key::before {
  content: ""; display: inline-block; width: .75em; height: .75em; margin-right: .4em;
  border: 1px solid var(--line); border-radius: .2em;
}
table { width: 100%; margin-top: 1rem; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-size: .875rem; color: var(--soft); padding-bottom: .25rem; }
th, td { padding: .45rem .25rem; text-align: right; vertical-align: top; border-top: 1px solid var(--line); }
th:first-child { text-align: left; }
thead th { border-top: 0; font-size: .875rem; color: var(--soft); }
tbody th { font-weight: 400; }
tfoot td { font-weight: 700; }
td small { display: block; font-weight: 400; color: var(--soft); overflow-wrap: anywhere; }
dl { margin: 0; }
dl > div { display: grid; grid-template-columns: minmax(7rem, 13rem) minmax(0, 1fr); gap: 0 1rem; padding: .4rem 0; border-top: 1px solid var(--line); }
dl > div:first-child { border-top: 0; }
dt { color: var(--soft); grid-row: 1 / span 9; }
dd { margin: 0; grid-column: 2; font-variant-numeric: tabular-nums; }
`;

/** A key may be long, hold spaces that count, towers of accents, or another script: it stays in its own box. */
const FAILURES = `
code, pre { font: .9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; }
.foreign {
  display: inline-block; max-width: 100%; vertical-align: bottom; overflow: hidden; unicode-bidi: isolate;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.unseen { font-weight: 400; color: var(--mark); border-bottom: 1px dotted; }
.banner .unseen { color: inherit; }
.command {
  margin: .5rem 0; padding: .7rem .9rem; border-radius: .4rem; background: var(--code);
  white-space: pre-wrap; overflow-wrap: anywhere; user-select: all;
}
.next, .problems { border-left: .35rem solid #e0a800; }
.problems { border-left-color: var(--failed); }
.problems ul, .failure ol { margin: .5rem 0 0; padding-left: 1.5rem; }
.failure { padding: .9rem 0; border-top: 1px solid var(--line); }
.failure:first-of-type { border-top: 0; padding-top: 0; }
.failure:last-of-type { padding-bottom: 0; }
.failure h3 code { font-size: 1em; }
.failure .count { font-weight: 400; color: var(--soft); }
.failure .retry { font-size: .875rem; }
summary { cursor: pointer; padding: .25rem 0; }
:focus-visible { outline: 3px solid #4d90fe; outline-offset: 2px; }
.failure li { padding: .35rem 0; }
.failure li p, .problems li p { margin: 0; overflow: clip; overflow-clip-margin: 2px; }
li .foreign { display: inline; }
.failure .message, .failure .request { color: var(--soft); font-size: .875rem; }
`;

const NARROW_AND_PRINT = `
@media (max-width: 34rem) {
  section { padding: 1rem; }
  dl > div { display: block; }
  td small { font-size: .7rem; }
  th, td { padding-left: 0; }
  th:last-child, td:last-child { padding-right: 0; }
}
@media print {
  :root {
    --page: #fff; --card: #fff; --text: #000; --soft: #444; --line: #bbb; --empty: #e4e8ed;
    --copied: #1f8a43; --skipped: #7b8ea6; --failed: #c62828; --code: #f1f3f6; --mark: #8a4b00;
  }
  body { font-size: 11pt; }
  .banner, .bar, .bar i, .legend .key::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section { break-inside: avoid-page; }
  section:has(article) { break-inside: auto; }
  .failure { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;

export const REPORT_STYLE = COLOURS + LAYOUT + FIGURES + FAILURES + NARROW_AND_PRINT;
