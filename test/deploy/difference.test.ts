/** What has to change about a function in states that only a real cloud brings about. */
import { expect, test } from 'vitest';
import { describeChange } from '../../scripts/deploy/change.ts';
import type { FoundFunction } from '../../scripts/deploy/found-function.ts';
import { functionChanges, functionRefusals } from '../../scripts/deploy/function-difference.ts';
import type { DesiredFunction } from '../../scripts/deploy/stack.ts';

const WANTED: DesiredFunction = {
  key: 'copy',
  name: 'oss2cos-dev-copy',
  runtime: 'Nodejs20.19',
  description: 'oss2cos copy, code 00aa',
  memoryMb: 512,
  timeoutS: 300,
  role: 'mover',
  vpcId: 'vpc-1',
  subnetId: 'subnet-1',
  publicNet: true,
  environment: { A: '1' },
  triggers: [],
  reservedMb: undefined,
};

const FOUND: FoundFunction = {
  ...WANTED,
  isOurs: true,
  status: 'Active',
  statusReason: '',
  codeHash: '00aa',
  logTopicId: 'log-1',
  triggers: [],
};

function kinds(found: Partial<FoundFunction>, wanted: Partial<DesiredFunction> = {}): string[] {
  return [...functionChanges({ ...WANTED, ...wanted }, { ...FOUND, ...found }, 'log-1')].map(
    ({ kind }) => kind,
  );
}

test('a function that is as it should be is left alone', () => {
  expect(kinds({})).toEqual([]);
});

test('one that could not be created is deleted and created anew', () => {
  expect(kinds({ status: 'CreateFailed' })).toEqual(['delete failed function', 'create function']);
});

test('one whose update failed gets code and configuration again, although both look alike', () => {
  expect(kinds({ status: 'UpdateFailed' })).toEqual(['update code', 'update configuration']);
});

test.each(['Creating', 'Updating', 'Publishing'])('one that is %s is waited for first', (status) => {
  expect(kinds({ status })).toEqual(['await function']);
});

test('code whose hash is unknown is sent again', () => {
  expect(kinds({ codeHash: undefined, description: 'mended by hand' })).toEqual([
    'update code',
    'update configuration',
  ]);
});

test('a log topic that is still to be made changes the configuration', () => {
  expect([...functionChanges(WANTED, FOUND, undefined)].map(({ kind }) => kind)).toEqual([
    'update configuration',
  ]);
});

test('another’s function is refused and nothing is planned for it', () => {
  expect(kinds({ isOurs: false, memoryMb: 64 })).toEqual([]);
  expect(functionRefusals(WANTED, { ...FOUND, isOurs: false })).toHaveLength(1);
});

test('a failed function of another runtime may be made anew', () => {
  const failed = { ...FOUND, runtime: 'Nodejs18.15', status: 'CreateFailed' };
  expect(functionRefusals(WANTED, failed)).toEqual([]);
  expect(functionRefusals(WANTED, { ...failed, status: 'Active' })).toHaveLength(1);
});

test('all that differs is told in one line, of variables the name alone', () => {
  const now = {
    memoryMb: 64,
    timeoutS: 3,
    role: '',
    vpcId: '',
    publicNet: false,
    environment: { A: 'old', B: 'gone' },
    logTopicId: '',
  };
  const [change] = [
    ...functionChanges({ ...WANTED, environment: { A: 'new', C: 'more' } }, { ...FOUND, ...now }, 'log-1'),
  ];
  expect(describeChange(change!)).toBe(
    'updated function copy: memory 64 MB → 512 MB, timeout 3 s → 300 s, role none → mover, VPC none → vpc-1 subnet-1, public net off → on, A changed, B removed, C added, log topic',
  );
});

test('the cap comes before the triggers, and a trigger made by hand is left alone', () => {
  const trigger = { type: 'timer' as const, name: 't', desc: '0 * * * * * *' };
  const byHand = { ...trigger, name: 'mine', isEnabled: true, isOurs: false };
  expect(kinds({ triggers: [byHand] }, { triggers: [trigger], reservedMb: 512 })).toEqual([
    'reserve',
    'create trigger',
  ]);
});

test('a trigger that was switched off is switched on', () => {
  const trigger = { type: 'timer' as const, name: 't', desc: '0 * * * * * *' };
  expect(
    kinds({ triggers: [{ ...trigger, isEnabled: false, isOurs: true }] }, { triggers: [trigger] }),
  ).toEqual(['update trigger']);
});
