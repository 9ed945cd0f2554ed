/** The signing function behind `COS.getAuthorization`. Loaded by itself: the whole client takes 15 MB of memory. */
declare module 'cos-nodejs-sdk-v5/sdk/util.js' {
  import type COS from 'cos-nodejs-sdk-v5';
  const util: { getAuth(options: COS.StaticGetAuthorizationOptions): string };
  export default util;
}
