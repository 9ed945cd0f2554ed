/** The signing functions of ali-oss, which its types leave out. Loaded by themselves: the whole client takes 20 MB of memory. */
declare module 'ali-oss/lib/common/signUtils.js' {
  type Headers = Readonly<Record<string, string>>;
  type Query = Readonly<Record<string, string | null>>;
  interface SignUtils {
    /** The value of the `Authorization` header. `region` without `oss-`; `x-oss-date` among the headers. */
    authorizationV4(
      id: string,
      secret: string,
      region: string,
      method: string,
      request: { readonly headers: Headers; readonly queries: Query },
      bucket: string,
      key: string,
    ): string;
    buildCanonicalString(
      method: string,
      resource: string,
      request: { readonly headers: Headers; readonly parameters: Query },
    ): string;
    authorization(id: string, secret: string, canonical: string): string;
  }
  const signUtils: SignUtils;
  export default signUtils;
}
