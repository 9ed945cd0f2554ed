/** `serverless invoke`: calls a deployed function and shows what it answers. */
import { UserError } from '../../lib/core/errors.ts';
import { SCF } from '../../lib/core/platform.ts';
import { showAnswer } from './answer.ts';
import { type Cloud, orUndefined } from './cloud.ts';
import { check, type Context } from './context.ts';
import { eventAsked, functionAsked } from './event.ts';
import { missingCredentials } from './missing.ts';

const TYPES = { RequestResponse: SCF.syncEventBytesMax, Event: SCF.asyncEventBytesMax } as const;
const LOG_LINES = 20;

export async function invoke(context: Context): Promise<void> {
  const { cloud, settings, env, options, say } = context;
  check('Before anything can be invoked, give:', missingCredentials(settings, env));
  const fn = functionAsked(context);
  const type = typeAsked(options.type);
  const event = await eventAsked(context);
  checkSize(event, TYPES[type], type);
  say.step(`Waiting for ${fn.key}`);
  const answer = await orUndefined('ResourceNotFound', call(cloud, fn.name, type, event, options.qualifier));
  if (answer === undefined) throw new UserError(`${fn.name} does not exist; run serverless deploy first`);
  if (type === 'Event') {
    say.line(
      `${fn.key} was called and goes on by itself (request ${answer.Result?.FunctionRequestId ?? answer.RequestId ?? ''})`,
    );
    return;
  }
  show(fn.key, answer, context);
}

function call(cloud: Cloud, name: string, type: string, event: string, qualifier: unknown) {
  const version = typeof qualifier === 'string' ? { Qualifier: qualifier } : {};
  return cloud.call('scf', 'Invoke', {
    FunctionName: name,
    InvocationType: type,
    ClientContext: event,
    LogType: 'Tail',
    ...version,
  });
}

function show(
  key: string,
  { Result: result = {} }: Awaited<ReturnType<typeof call>>,
  { options, say }: Context,
): void {
  const { Log: log = '', RetMsg: answer = '', ErrMsg: problem = '', FunctionRequestId: id = '' } = result;
  const hasFailed = problem !== '' || (result.InvokeResult ?? 0) !== 0;
  if (options.log === true && log !== '') say.line(log.trimEnd());
  if (hasFailed) {
    const tail = options.log === true ? [] : lastLines(log);
    const told = problem === '' ? answer : problem;
    const reason = tail.length === 0 ? told : (told.split('\n')[0] ?? told); // the log has its stack
    throw new UserError([`${key} failed: ${reason} (request ${id})`, ...tail].join('\n'));
  }
  if (options.log === true)
    say.line(
      `request ${id}: ${result.Duration ?? 0} ms, ${Math.ceil((result.MemUsage ?? 0) / 1_048_576)} MB`,
    );
  showAnswer(answer, say);
}

function lastLines(log: string): string[] {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-LOG_LINES);
}

function typeAsked(type: unknown): keyof typeof TYPES {
  if (type === undefined) return 'RequestResponse';
  if (type === 'RequestResponse' || type === 'Event') return type;
  throw new UserError(`--type: ${Object.keys(TYPES).join(' or ')}`);
}

function checkSize(event: string, bytesMax: number, type: string): void {
  const bytes = Buffer.byteLength(event);
  if (bytes > bytesMax)
    throw new UserError(
      `The event has ${bytes} bytes; SCF takes ${bytesMax} with --type ${type}. Put the keys into a manifest and name it in source.manifest`,
    );
}
