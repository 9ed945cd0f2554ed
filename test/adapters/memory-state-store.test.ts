import { MemoryStateStore } from '../../lib/adapters/memory/state-store.ts';
import { describeStateStore } from '../ports/state-store.suite.ts';

describeStateStore('memory', () => {
  const store = new MemoryStateStore();
  return Promise.resolve({
    stores: [store, new MemoryStateStore(store.bucket)],
    contentType: (key) => store.objects.get(key)?.contentType,
    uploadCount: () => store.bucket.uploads.size,
    close: () => Promise.resolve(),
  });
});
