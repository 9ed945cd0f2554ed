/** What the adapter of OSS is told once. */
import type { StoreOptions } from '../http/store-options.ts';

export interface OssOptions extends StoreOptions {
  /** V4 (default) is bound to the region; V1 is for endpoints that do not know V4. */
  readonly signature?: 'V4' | 'V1' | undefined;
}
