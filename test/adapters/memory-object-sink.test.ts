import { MemoryObjectSink } from '../../lib/adapters/memory/object-sink.ts';
import { describeObjectSink } from '../ports/object-sink.suite.ts';

describeObjectSink('memory', () => {
  let now = 1_767_225_600_000;
  const nowMs = (): number => now++;
  const sink = new MemoryObjectSink({ nowMs });
  return Promise.resolve({
    sink,
    versioned: (versioning) => Promise.resolve(new MemoryObjectSink({ versioning })),
    held: (key) => Promise.resolve(sink.objects.get(key)),
    uploadCount: () => sink.openUploads.size,
    nowMs,
    close: () => Promise.resolve(),
  });
});
