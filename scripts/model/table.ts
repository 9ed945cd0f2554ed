/** A prediction as lines for people. */
import { formatBytes } from '../../lib/core/bytes.ts';
import type { Prediction, Scale } from './model.ts';

const count = (value: number) => Math.round(value).toLocaleString('en');
const dollars = (value: number) =>
  `$${value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7_200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

export function renderPrediction(scale: Scale, prediction: Prediction): string {
  const { seconds, requests, messages, rows, functionSeconds, price } = prediction;
  const lines: readonly (readonly [string, string])[] = [
    [
      'task',
      `${count(scale.objects)} objects, ${formatBytes(scale.bytes)}, ${count(scale.partitions)} partitions, ${count(scale.listings)} listings in flight`,
    ],
    [
      'time',
      `${duration(seconds.all)} (listing ${duration(seconds.listing)}, copying ${duration(seconds.copying)})`,
    ],
    ['one copy', `${count(prediction.objectsPerSecond)} objects/s, held by ${prediction.bound}`],
    [
      'requests',
      `${count(requests.list)} LIST, ${count(requests.get)} GET, ${count(requests.put)} PUT, ${count(requests.state)} of state`,
    ],
    [
      'messages',
      `${count(messages.ranges)} ranges, ${count(messages.segments)} segments, ${count(messages.results)} results`,
    ],
    [
      'rows',
      `${count(rows.segments)} segments, ${count(rows.slices)} slices; ${count(prediction.statements)} statements`,
    ],
    [
      'functions',
      `copy ${count(functionSeconds.copy)} s, planner ${count(functionSeconds.planner)} s, reporter ${count(functionSeconds.reporter)} s`,
    ],
    ['egress', dollars(price.egress)],
    ['requests of both stores', dollars(price.requests)],
    ['copying', dollars(price.copying)],
    [
      'orchestration',
      `${dollars(price.orchestration)}, $${price.orchestrationPerMillion.toFixed(4)} a million objects`,
    ],
    ['all', dollars(price.all)],
  ];
  return lines.map(([name, text]) => `${name.padEnd(24)} ${text}\n`).join('');
}
