/** What this plugin uses of the `serverless` framework, which ships no types for plugins of other providers. */

export interface FunctionObject {
  readonly name: string;
  readonly handler: string;
  package?: { artifact: string };
}

export interface Framework {
  readonly serviceDir: string;
  readonly service: {
    readonly service: string;
    readonly provider: Readonly<Record<string, unknown>>;
    readonly functions: Readonly<Record<string, FunctionObject>>;
  };
  readonly processedInput: { readonly commands: readonly string[] };
  readonly configSchemaHandler: { defineProvider(name: string, schema: object): void };
  setProvider(name: string, provider: object): void;
}

export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Output {
  readonly log: {
    error(text: string): void;
    warning(text: string): void;
    notice: ((text: string) => void) & { success(text: string): void };
    info(text: string): void;
  };
  readonly progress: { get(name: string): { notice(text: string): void; remove(): void } };
  /** To stdout; all of `log` goes to stderr. */
  readonly writeText: (text: string) => void;
}
