import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundle, run } from '../support/child.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { answerOf, eventually, functionOf, isAlive, openRuntime, stateOf } from './cloud/run/harness.ts';

const WHO = `let events = 0; exports.main_handler = async () => ({ pid: process.pid, events: ++events });`;

/** Says its pid in the file it is told, then waits until the file `go` is beside it. */
const GATED = `const fs = require('node:fs');
  exports.main_handler = async ({ folder, name }) => {
    fs.writeFileSync(folder + '/' + name, String(process.pid));
    while (!fs.existsSync(folder + '/go')) await new Promise((resolve) => setTimeout(resolve, 5));
    return process.pid;
  };`;

test('events that follow each other meet the same instance, with what it remembers', async () => {
  const { runtime } = openRuntime();
  const first = answerOf(await runtime.invoke(functionOf(WHO), '{}')) as { pid: number };
  const second = answerOf(await runtime.invoke(functionOf(WHO), '{}'));
  expect([first, second]).toEqual([
    { pid: first.pid, events: 1 },
    { pid: first.pid, events: 2 },
  ]);
});

test('between events an instance is frozen: its timers stand still', async () => {
  const { runtime } = openRuntime();
  const code = `let ticks = 0; setInterval(() => ticks++, 1);
    exports.main_handler = async () => ({ pid: process.pid, ticks });`;
  const fn = functionOf(code);
  const first = answerOf(await runtime.invoke(fn, '{}')) as { pid: number; ticks: number };
  await eventually(() => stateOf(first.pid) === 'T');
  const frozenAtMs = Date.now();
  await eventually(() => Date.now() - frozenAtMs > 500);
  const second = answerOf(await runtime.invoke(fn, '{}')) as { pid: number; ticks: number };
  expect(second.pid).toBe(first.pid);
  expect(second.ticks - first.ticks).toBeLessThan(100);
});

test('parallel events get an instance each', async () => {
  const { runtime } = openRuntime();
  const folder = await tempFolder();
  const fn = functionOf(GATED);
  const invoked = ['a', 'b', 'c'].map((name) => runtime.invoke(fn, JSON.stringify({ folder, name })));
  await eventually(() => readdirSync(folder).length === 3);
  writeFileSync(join(folder, 'go'), '');
  const pids = (await Promise.all(invoked)).map(answerOf);
  expect(new Set(pids).size).toBe(3);
});

test('events above the reserved concurrency are status 432, and pass once there is room', async () => {
  const { runtime } = openRuntime();
  const folder = await tempFolder();
  const fn = functionOf(GATED, { memoryMb: 256, reservedConcurrencyMb: 700 });
  const invoke = (name: string) => runtime.invoke(fn, JSON.stringify({ folder, name }));
  const running = [invoke('a'), invoke('b')];
  const refused = await invoke('c');
  expect(refused.status).toBe(432);
  expect(refused.errMsg).toContain('Function [ copy ] concurrency exceeded reserved quota 700 MB');
  writeFileSync(join(folder, 'go'), '');
  await Promise.all(running);
  expect((await invoke('d')).status).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['a', 'b', 'd', 'go']);
});

test('a reserved concurrency of 0 stops a function', async () => {
  const { runtime } = openRuntime();
  const outcome = await runtime.invoke(functionOf(WHO, { reservedConcurrencyMb: 0 }), '{}');
  expect(outcome.status).toBe(432);
});

test('after an idle time an instance ends, and the next event meets a new one', async () => {
  const { runtime } = openRuntime({ timing: { idleMs: 50 } });
  const first = answerOf(await runtime.invoke(functionOf(WHO), '{}')) as { pid: number };
  await eventually(() => !isAlive(first.pid));
  expect(answerOf(await runtime.invoke(functionOf(WHO), '{}'))).toMatchObject({ events: 1 });
});

test('new code ends idle instances at once and busy ones after their event', async () => {
  const { runtime } = openRuntime();
  const folder = await tempFolder();
  const old = functionOf(GATED);
  const invoked = runtime.invoke(old, JSON.stringify({ folder, name: 'old' }));
  await eventually(() => readdirSync(folder).includes('old'));
  const next = functionOf(`exports.main_handler = async () => 'new';`);
  runtime.replace(next);
  expect(answerOf(await runtime.invoke(next, '{}'))).toBe('new');
  writeFileSync(join(folder, 'go'), '');
  const pid = answerOf(await invoked) as number;
  await eventually(() => !isAlive(pid));
  expect(answerOf(await runtime.invoke(next, '{}'))).toBe('new');
});

test('a changed variable ends idle instances', async () => {
  const { runtime } = openRuntime();
  const { pid } = answerOf(await runtime.invoke(functionOf(WHO), '{}')) as { pid: number };
  runtime.replace(functionOf(WHO, { environment: { CHANGED: 'yes' } }));
  await eventually(() => !isAlive(pid));
});

test('removing a function ends its instances', async () => {
  const { runtime } = openRuntime();
  const { pid } = answerOf(await runtime.invoke(functionOf(WHO), '{}')) as { pid: number };
  runtime.remove('copy');
  await eventually(() => !isAlive(pid));
});

test('close ends frozen and busy instances with all they started, and leaves no file', async () => {
  const { runtime } = openRuntime();
  const folder = await tempFolder();
  const code = `const { spawn } = require('node:child_process');
    exports.main_handler = async ({ hangs, folder }) => {
      const { pid } = spawn('sleep', ['1000']);
      if (hangs) { require('node:fs').writeFileSync(folder + '/pids', process.pid + ' ' + pid + ' '); await new Promise(() => {}); }
      return { pids: [process.pid, pid], root: process.env.USER_CODE_ROOT };
    };`;
  const first = await runtime.invoke(functionOf(code), '{}');
  const { pids: frozen, root } = answerOf(first) as { pids: number[]; root: string };
  const busy = runtime.invoke(functionOf(code, { name: 'other' }), JSON.stringify({ hangs: true, folder }));
  const written = () => (existsSync(join(folder, 'pids')) ? readFileSync(join(folder, 'pids'), 'utf8') : '');
  await eventually(() => written().endsWith(' ')); // a file is there before what is in it
  const hanging = written().trim().split(' ').map(Number);
  expect([...frozen, ...hanging].every(isAlive)).toBe(true);
  await runtime.close();
  expect((await busy).status).toBe(-1);
  await eventually(() => ![...frozen, ...hanging].some(isAlive));
  expect(existsSync(root)).toBe(false);
  expect((await runtime.invoke(functionOf(WHO), '{}')).status).toBe(-1);
});

test('what an instance has started ends with it, and holds no answer up', async () => {
  const { runtime } = openRuntime();
  const code = `exports.main_handler = async () => {
      const { pid } = require('node:child_process').spawn('sleep', ['1000'], { stdio: 'inherit' });
      console.log(pid);
      process.exit(3);
    };`;
  const outcome = await runtime.invoke(functionOf(code, { timeoutS: 25 }), '{}');
  expect(outcome.status).toBe(439);
  await eventually(() => !isAlive(Number(outcome.log.split('\n')[0])));
});

test('a frozen process dies with its parent, however that dies', async () => {
  const folder = await tempFolder();
  const program = join(folder, 'program.cjs');
  writeFileSync(program, `process.on('message', () => {}); process.send('started');`);
  const parent = run(await bundle('../standins/cloud/run/orphan-child.ts', folder), program);
  const pid = Number(await parent.line());
  await eventually(() => stateOf(pid) === 'T');
  await parent.kill();
  await eventually(() => !isAlive(pid));
});
