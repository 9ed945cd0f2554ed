/** The numbers of the report page: bars, the table of outcomes, and the lists of facts. */
import { formatBytes } from './bytes.ts';
import { bytesLeft, type Report } from './report.ts';
import { foreign, html, type Markup, NOTHING } from './report-page-markup.ts';
import { CONFLICT_TEXTS, elapsedSeconds, sourceAddress, targetAddress } from './report-page-status.ts';
import { donePercent, formatCount, formatDuration, formatInstant } from './report-page-text.ts';

type Outcomes = Report['objects'];

const OUTCOMES = ['copied', 'skipped', 'failed', 'pending'] as const;
/** Of a bar. */
const STRETCHES = ['copied', 'skipped', 'failed', 'arrived', 'pending'] as const;
const TITLES = {
  copied: 'Copied',
  skipped: 'Skipped',
  failed: 'Failed',
  arrived: 'Arrived, of large objects under way',
  pending: 'Pending',
} as const;

export function progressSection(report: Report): Markup {
  const { complete } = report.listing;
  return html`<section aria-labelledby="progress">
    <h2 id="progress">Progress</h2>
    ${bar('Objects', { ...report.objects, arrived: 0 }, complete, formatCount)}
    ${bar('Bytes', bytesOf(report), complete, formatBytes)}
    <p class="legend">
      ${STRETCHES.filter((one) => one !== 'arrived' || report.underWay.bytes > 0).map((one) => html`<span class="key ${one}">${TITLES[one]}</span> `)}
      ${complete ? NOTHING : html`<span class="key unlisted">Not listed</span>`}
    </p>
    ${outcomeTable(report)}
  </section>`;
}

type Stretches = Outcomes & { readonly arrived: number };

function bytesOf(report: Report): Stretches {
  return { ...report.bytes, pending: bytesLeft(report), arrived: report.underWay.bytes };
}

/** Segments grow by their share; what has none takes no room. What is not listed yet has a stretch of its own, of unknown length. */
function bar(title: string, of: Stretches, complete: boolean, format: (amount: number) => string): Markup {
  const done = of.total - of.pending;
  const percent = donePercent({ done, total: of.total, complete });
  const segments = STRETCHES.filter((one) => of[one] > 0).map(
    (one) => html`<i class="${one}" style="flex-grow:${share(of[one], of.total)}"></i>`,
  );
  const text = `${format(done)} of ${format(of.total)}${complete ? '' : '+'}`;
  return html`<p class="measure"><b>${title}</b> <span>${text}</span> <strong>${percent} %</strong></p>
    <div
      class="bar"
      role="progressbar"
      aria-label="${title}"
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow="${percent}"
    >
      ${segments}${complete ? NOTHING : html`<i class="unlisted"></i>`}
    </div>`;
}

/** CSS takes no exponents everywhere, and flex factors below 1 in sum leave room: parts per 10,000. */
function share(part: number, total: number): number {
  return Math.max(1, Math.round((part / Math.max(1, total)) * 10_000));
}

function outcomeTable({ objects, bytes }: Report): Markup {
  const row = (title: string, one: keyof Outcomes) =>
    html`<tr class="${one}">
      <th scope="row">${title}</th>
      <td>${formatCount(objects[one])}</td>
      <td>${formatBytes(bytes[one])}${exactBytes(bytes[one])}</td>
    </tr>`;
  return html`<table>
    <caption>
      Objects and bytes by outcome
    </caption>
    <thead>
      <tr>
        <th scope="col">Outcome</th>
        <th scope="col">Objects</th>
        <th scope="col">Size</th>
      </tr>
    </thead>
    <tbody>
      ${OUTCOMES.map((one) => row(TITLES[one], one))}
    </tbody>
    <tfoot>
      ${row('Total', 'total')}
    </tfoot>
  </table>`;
}

function exactBytes(bytes: number): Markup {
  return bytes < 1000 ? html`` : html` <small>${formatCount(bytes)} B</small>`;
}

type Fact = readonly [title: string, ...values: readonly Markup[]];

export function speedSection({ throughput, verified }: Report): Markup {
  const { objectsPerSecond, bytesPerSecond, etaSeconds } = throughput;
  const left: readonly Fact[] =
    etaSeconds === null ? [] : [['Time left', html`about ${formatDuration(etaSeconds)}`]];
  return facts('Speed and verification', [
    ['Objects', html`${formatCount(objectsPerSecond)} a second`],
    ['Bytes', html`${formatBytes(bytesPerSecond)} a second`],
    ...left,
    ['Verified by CRC-64', html`${formatCount(verified.crc64)} objects, compared on both sides`],
    ['Verified by size alone', html`${formatCount(verified.size)} objects`],
  ]);
}

export function taskSection(report: Report): Markup {
  const { source, target, listing } = report;
  const manifest: readonly Fact[] =
    source.manifest === undefined ? [] : [['Keys from', foreign(source.manifest)]];
  const listed = html`${formatCount(listing.objects)} objects, ${formatBytes(listing.bytes)}, in
  ${formatCount(listing.ranges)} ${listing.ranges === 1 ? 'range' : 'ranges'} of keys`;
  return facts('Task', [
    ['Source', foreign(sourceAddress(report)), html`${source.region}`, ...endpoint(source.endpoint)],
    ...manifest,
    ['Target', foreign(targetAddress(report)), html`${target.region}`, ...endpoint(target.endpoint)],
    ['Conflict rule', html`<b>${report.conflict}</b>: ${CONFLICT_TEXTS[report.conflict]}`],
    ['Listing', html`<b>${listing.complete ? 'complete' : 'not complete'}</b>`, listed],
    ['Started', time(report.startedAt)],
    ['Updated', time(report.updatedAt)],
    ...(report.finishedAt === null ? [] : [['Finished', time(report.finishedAt)] as const]),
    ['Duration', html`${formatDuration(elapsedSeconds(report))}`],
  ]);
}

function endpoint(address: string | undefined): Markup[] {
  return address === undefined ? [] : [html`by way of ${foreign(address)}`];
}

function time(iso: string): Markup {
  return html`<time datetime="${iso}">${formatInstant(iso)}</time>`;
}

function facts(title: string, list: readonly Fact[]): Markup {
  const rows = list.map(
    ([name, ...values]) =>
      html`<div>
        <dt>${name}</dt>
        ${values.map((value) => html`<dd>${value}</dd>`)}
      </div>`,
  );
  return html`<section>
    <h2>${title}</h2>
    <dl>${rows}</dl>
  </section>`;
}
