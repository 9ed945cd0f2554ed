/** The form of an action: parameters and answer are those of the vendor's own client. */

type Method = (request: never, callback?: never) => Promise<unknown>;

type ActionName<Client> = {
  [Name in keyof Client]: Client[Name] extends Method ? Name : never;
}[keyof Client];

type ParamsOf<Call> = Call extends (request: infer Request, ...rest: never) => unknown
  ? NonNullable<Request>
  : never;
type AnswerOf<Call> = Call extends (...all: never) => Promise<infer Response> ? Response : never;

/** Some actions of a service: each takes what the client's method takes, and answers what it promises. */
export type Actions<Client> = {
  readonly [Name in ActionName<Client>]?: (
    params: ParamsOf<Client[Name]>,
    caller: Caller,
  ) => AnswerOf<Client[Name]> | Promise<AnswerOf<Client[Name]>>;
};

export interface Caller {
  readonly secretId: string;
  readonly requestId: string;
}

export interface Service {
  /** As in the host name of the API, for example `scf`. */
  readonly name: string;
  /** Of the header X-TC-Version. */
  readonly version: string;
  /** Where its type definitions are, for example `scf/v20180416/scf`. */
  readonly models: string;
  /** Answered whatever the header X-TC-Region says. */
  readonly global?: boolean;
  readonly actions: Readonly<Record<string, (params: never, caller: Caller) => unknown>>;
}
