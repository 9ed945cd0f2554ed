import { describeObjectSource } from '../ports/object-source.suite.ts';
import { openOss } from '../support/oss.ts';

describeObjectSource('OSS with V4 signatures', () => openOss());
describeObjectSource('OSS with V1 signatures', () => openOss({ signature: 'V1' }));
