/** What went wrong, on the report page: listing problems, failure classes with samples, and what to do about them. */
import type { FailureReport, Report } from './report.ts';
import { foreign, html, type Markup, NOTHING } from './report-page-markup.ts';
import { nextStep } from './report-page-status.ts';
import { formatCount, formatObjects } from './report-page-text.ts';
import type { Sample } from './slices.ts';

/** A store's message can be a whole page of its own; `report.json` has it in full. */
const MESSAGE_CHARACTERS_MAX = 2_000;

export function nextSection(report: Report): Markup {
  const step = nextStep(report);
  const { failed } = report.manifests;
  if (step === undefined && failed === undefined) return NOTHING;
  const command =
    step?.command === undefined ? NOTHING : html`<pre class="command"><code>${step.command}</code></pre>`;
  const manifest =
    failed === undefined
      ? NOTHING
      : html`<p>Every failed key with its reason, one a line: ${foreign(failed)}</p>`;
  return html`<section class="next" aria-labelledby="next">
    <h2 id="next">What to do next</h2>
    ${step === undefined ? NOTHING : html`<p>${step.text}</p>`} ${command} ${manifest}
  </section>`;
}

export function problemsSection({ problems }: Report): Markup {
  if (problems.length === 0) return NOTHING;
  return html`<section class="problems" aria-labelledby="problems">
    <h2 id="problems">Why the listing stopped</h2>
    <ul>
      ${problems.map((problem) => html`<li><p>${foreign(cut(problem))}</p></li>`)}
    </ul>
  </section>`;
}

export function failuresSection({ failures }: Report): Markup {
  if (failures.length === 0) return NOTHING;
  return html`<section aria-labelledby="failures">
    <h2 id="failures">Failures by class</h2>
    ${failures.map(failureClass)}
  </section>`;
}

function failureClass({ code, objects, retryable, hint, samples }: FailureReport): Markup {
  return html`<article class="failure">
    <h3><code>${code}</code> <span class="count">${formatObjects(objects)}</span></h3>
    <p class="retry">Retry helps: <b>${retryable ? 'yes' : 'no'}</b></p>
    <p>${hint}</p>
    ${samplesOf(samples, objects)}
  </article>`;
}

function samplesOf(samples: readonly Sample[], objects: number): Markup {
  if (samples.length === 0) return NOTHING;
  return html`<details>
    <summary>Samples: ${formatCount(samples.length)} of ${formatObjects(objects)}</summary>
    <ol>
      ${samples.map(sampleItem)}
    </ol>
  </details>`;
}

function sampleItem({ key, message, requestId }: Sample): Markup {
  const request =
    requestId === undefined ? NOTHING : html`<p class="request">Request id ${foreign(cut(requestId))}</p>`;
  return html`<li>
    <p>${foreign(key)}</p>
    <p class="message">${foreign(cut(message))}</p>
    ${request}
  </li>`;
}

function cut(text: string): string {
  return text.length <= MESSAGE_CHARACTERS_MAX ? text : `${text.slice(0, MESSAGE_CHARACTERS_MAX)} …`;
}
