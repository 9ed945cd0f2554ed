import { MemoryBucket } from '../../lib/adapters/memory/bucket.ts';
import { MemoryObjectSource } from '../../lib/adapters/memory/object-source.ts';
import { describeObjectSource } from '../ports/object-source.suite.ts';

describeObjectSource('memory', () => {
  const bucket = new MemoryBucket();
  return Promise.resolve({
    source: new MemoryObjectSource(bucket),
    put: (key, object) => Promise.resolve(void bucket.put(key, object)),
    delete: (key) => void bucket.delete(key),
    close: () => Promise.resolve(),
  });
});
