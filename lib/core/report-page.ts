/** `report.html`: the report as one page for people, without scripts and without a request to anywhere. */
import { isFinal, type Report } from './report.ts';
import { failuresSection, nextSection, problemsSection } from './report-page-failures.ts';
import { progressSection, speedSection, taskSection } from './report-page-figures.ts';
import { foreign, html, Markup, NOTHING } from './report-page-markup.ts';
import { sourceAddress, STATUS_FACES, targetAddress } from './report-page-status.ts';
import { REPORT_STYLE } from './report-page-style.ts';

const REFRESH_SECONDS = 10;

/** The page loads nothing, whatever a key or a message may hold. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A whole document; while the task is not over it loads itself again every few seconds. */
export function renderReportPage(report: Report): string {
  return html`<!doctype html>
    <html lang="en">
      ${head(report)}
      <body>
        ${banner(report)}
        <main>
          ${nextSection(report)} ${problemsSection(report)} ${progressSection(report)}
          ${failuresSection(report)} ${speedSection(report)} ${taskSection(report)}
        </main>
        <footer>
          <p>
            oss2cos task ${report.taskId}. The same numbers for programs: <code>report.json</code> beside this
            page.
          </p>
        </footer>
      </body>
    </html> `.html;
}

function head(report: Report): Markup {
  const refresh = isFinal(report)
    ? NOTHING
    : html`<meta http-equiv="refresh" content="${REFRESH_SECONDS}" />`;
  return html`<head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="referrer" content="no-referrer" />
    <meta name="robots" content="noindex" />
    <meta name="color-scheme" content="light dark" />
    ${refresh}
    <link rel="icon" href="data:," />
    <title>${STATUS_FACES[report.status].word}: ${report.taskId} (oss2cos)</title>
    <style>
      ${new Markup(REPORT_STYLE)}
    </style>
  </head>`;
}

function banner(report: Report): Markup {
  const { word, colour, sentence } = STATUS_FACES[report.status];
  return html`<header class="banner ${colour}">
    <div>
      <p class="task">Migration <b>${report.taskId}</b></p>
      <h1>${word}</h1>
      <p>${sentence(report)}</p>
      <p class="way">
        ${foreign(sourceAddress(report))} <span aria-hidden="true">→</span><span class="spoken">to</span>
        ${foreign(targetAddress(report))}
      </p>
    </div>
  </header>`;
}
