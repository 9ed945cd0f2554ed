import { describeStateStore } from '../ports/state-store.suite.ts';
import { COS_BUCKET, openCos } from '../support/cos.ts';

describeStateStore('COS', async () => {
  const cos = await openCos();
  return {
    stores: [cos.state(), cos.state()],
    contentType: (key) => cos.standin.store(COS_BUCKET).get(key)?.headers['content-type'],
    uploadCount: cos.uploadCount,
    close: () => cos.close(),
  };
});
