/** The program of an instance: loads a package's handler and calls it with one event after the other. */
import { deferred } from './deferred.ts';
import { type Callback, type Handler, HandlerNotFound, loadHandler } from './load-handler.ts';
import { type EventCall, outputEnd, type Report } from './wire.ts';

type Outcome = Extract<Report, { kind: 'answered' | 'threw' }>;

/** The function is not to see that it has a parent. */
function takeChannel(): (report: Report) => void {
  const send = process.send?.bind(process);
  Reflect.deleteProperty(process, 'send');
  return (report) => send?.(report);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function threw(error: unknown): Outcome {
  return { kind: 'threw', stack: stackOf(error) };
}

/** What JSON has no word for (a function, undefined) answers nothing; what it cannot hold (a cycle) is an error. */
function answered(answer: unknown): Outcome {
  try {
    const json = JSON.stringify(answer) as string | undefined;
    return { kind: 'answered', json: json ?? 'null' };
  } catch (error) {
    return threw(error);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

async function handle(handler: Handler, { event, context: told }: EventCall): Promise<Outcome> {
  const context = { ...told, callbackWaitsForEmptyEventLoop: true };
  let outcome = answered(null);
  const ended = deferred<undefined>();
  const callback: Callback = (error, answer) => {
    outcome = error === undefined || error === null ? answered(answer) : threw(error);
    if (!context.callbackWaitsForEmptyEventLoop) ended.resolve(undefined);
  };
  try {
    const returned = handler(JSON.parse(event), context, callback);
    if (isPromise(returned)) return answered(await returned);
  } catch (error) {
    return threw(error);
  }
  await emptyLoopOr(ended.promise);
  return outcome;
}

/** A handler that returns no promise has ended when nothing is left to do, or earlier where its callback says so. */
async function emptyLoopOr(ended: Promise<undefined>): Promise<void> {
  const empty = deferred<undefined>();
  const onEmpty = (): void => empty.resolve(undefined);
  process.once('beforeExit', onEmpty);
  process.channel?.unref();
  await Promise.race([ended, empty.promise]);
  process.channel?.ref();
  process.off('beforeExit', onEmpty);
}

function finishOutput(stream: NodeJS.WriteStream, requestId: string): Promise<void> {
  return new Promise((resolve) => stream.write(outputEnd(requestId), () => resolve()));
}

function start(root: string, handlerName: string): void {
  const tell = takeChannel();
  try {
    const handler = loadHandler(root, handlerName);
    process.on('message', (call: EventCall) => {
      Object.assign(process.env, call.credentials);
      void handle(handler, call).then(async (outcome) => {
        await finishOutput(process.stdout, call.requestId);
        await finishOutput(process.stderr, call.requestId);
        tell(outcome);
      });
    });
    tell({ kind: 'ready' });
  } catch (error) {
    tell({ kind: 'unloadable', notFound: error instanceof HandlerNotFound, stack: stackOf(error) });
  }
}

const [root = '', handlerName = ''] = process.argv.slice(2);
start(root, handlerName);
