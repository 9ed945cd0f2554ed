import { describeObjectSink } from '../ports/object-sink.suite.ts';
import { openCos } from '../support/cos.ts';

describeObjectSink('COS', async () => {
  const cos = await openCos();
  return { ...cos, sink: cos.sink() };
});
