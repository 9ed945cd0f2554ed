/** `serverless logs`: the lines that SCF wrote to the log service. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../lib/core/errors.ts';
import type { Cloud } from './cloud.ts';
import { check, type Context } from './context.ts';
import { functionAsked } from './event.ts';
import { findLogs } from './found-logs.ts';
import { missingCredentials } from './missing.ts';
import { momentOf } from './time-text.ts';

const PAGE = 1_000;
/** What the log service hands out by paging. */
const LINES_MAX = 10_000;
/** CQL, the log service's own query language. */
const CQL = 1;
/** Lines arrive some seconds late, and not in order: each look goes back this far. */
const LATE_MS = 30_000;
const INTERVAL_MS = 2_000;

interface Line {
  /** Tells lines apart that look alike. */
  readonly id: string;
  readonly timeMs: number;
  readonly text: string;
}

export async function showLogs(context: Context): Promise<void> {
  const { cloud, settings, env, options, say } = context;
  check('Before logs can be read, give:', missingCredentials(settings, env));
  const fn = functionAsked(context);
  const { topic } = await findLogs(cloud, settings.names);
  if (topic === undefined)
    throw new UserError(`There is no log topic ${settings.names.stack}; run serverless deploy first`);
  const query = queryOf(fn.name, options.filter);
  let fromMs = momentOf(typeof options.startTime === 'string' ? options.startTime : '10m', Date.now());
  const intervalMs = intervalOf(options.interval);
  const shown = new Map<string, number>();
  for (;;) {
    const lines = await search(cloud, topic.id, query, fromMs);
    for (const { id, text, timeMs } of lines) {
      if (!shown.has(id)) say.answer(text);
      shown.set(id, timeMs);
    }
    if (options.tail !== true) return;
    fromMs = Math.max(fromMs, (lines.at(-1)?.timeMs ?? 0) - LATE_MS);
    for (const [id, timeMs] of shown) if (timeMs < fromMs) shown.delete(id);
    await sleep(intervalMs);
  }
}

function queryOf(name: string, filter: unknown): string {
  const own = `SCF_FunctionName:"${name}"`;
  return typeof filter === 'string' && filter !== ''
    ? `${own} AND SCF_Message:${JSON.stringify(filter)}`
    : own;
}

function intervalOf(interval: unknown): number {
  const ms = Number(interval ?? INTERVAL_MS);
  if (!Number.isInteger(ms) || ms < 100) throw new UserError('--interval: milliseconds, at least 100');
  return ms;
}

async function search(cloud: Cloud, topicId: string, query: string, fromMs: number): Promise<Line[]> {
  const range = {
    TopicId: topicId,
    From: fromMs,
    To: Date.now() + 1,
    QueryString: query,
    QuerySyntax: CQL,
    Sort: 'asc',
  };
  const lines: Line[] = [];
  let next: { Context?: string } = {};
  while (lines.length < LINES_MAX) {
    const page = await cloud.call('cls', 'SearchLog', { ...range, Limit: PAGE, ...next });
    lines.push(...(page.Results ?? []).map(lineOf));
    if (page.ListOver !== false || !page.Context) break;
    next = { Context: page.Context };
  }
  return lines;
}

function lineOf(result: {
  Time?: number;
  PkgId?: string;
  PkgLogId?: string;
  LogJson?: string;
  RawLog?: string;
}): Line {
  const timeMs = result.Time ?? 0;
  const fields = JSON.parse(result.LogJson ?? '{}') as { SCF_Message?: string; SCF_RequestId?: string };
  const message = (fields.SCF_Message ?? result.RawLog ?? '').trimEnd();
  const request = fields.SCF_RequestId ?? '';
  const text = `${new Date(timeMs).toISOString()} ${request} ${message}`;
  return { id: `${result.PkgId ?? ''}/${result.PkgLogId ?? ''}/${text}`, timeMs, text };
}
