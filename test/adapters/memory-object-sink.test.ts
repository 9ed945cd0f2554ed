import { MemoryObjectSink } from '../../lib/adapters/memory/object-sink.ts';
import { describeObjectSink } from '../ports/object-sink.suite.ts';

describeObjectSink('memory', () => {
  const sink = new MemoryObjectSink();
  return Promise.resolve({
    sink,
    versioned: (versioning) => Promise.resolve(new MemoryObjectSink({ versioning })),
    held: (key) => Promise.resolve(sink.objects.get(key)),
    uploadCount: () => sink.uploads.size,
    close: () => Promise.resolve(),
  });
});
