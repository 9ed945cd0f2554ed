import { afterEach, beforeEach, expect, it } from 'vitest';
import { NEVER } from '../ports/object-source.harness.ts';
import { describeStateStore } from '../ports/state-store.suite.ts';
import { COS_BUCKET, type CosHarness, openCos } from '../support/cos.ts';

describeStateStore('COS', async () => {
  const cos = await openCos();
  return {
    stores: [cos.state(), cos.state()],
    contentType: (key) => cos.standin.store(COS_BUCKET).get(key)?.headers['content-type'],
    uploadCount: cos.uploadCount,
    close: () => cos.close(),
  };
});

let cos: CosHarness;
beforeEach(async () => {
  cos = await openCos();
});
afterEach(() => cos.close());

it('a body that changes on its way is refused, and nothing of it is stored', async () => {
  const state = cos.state();
  const type = { contentType: 'application/json' };
  cos.standin.faults.add({ when: { method: 'PUT' }, fault: { kind: 'corrupt', atByte: 3 } });
  await expect(state.put('t/task.json', '{"a":1}', type, NEVER)).rejects.toMatchObject({ code: 'corrupt' });
  expect(await state.get('t/task.json', NEVER)).toBeUndefined();
  const upload = await state.beginUpload('t/failed.jsonl', type, NEVER);
  await expect(
    state.writePart({ upload, partNumber: 1, bytes: Buffer.from('{"key":"a"}') }, NEVER),
  ).rejects.toMatchObject({ code: 'corrupt' });
});
