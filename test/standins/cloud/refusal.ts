/** A refusal of the API: answered as HTTP 200 with `Response.Error`, its code from the vendor's tables. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws Refusal unless `holds` */
export function check(holds: boolean, code: string, message: string): asserts holds {
  if (!holds) throw new Refusal(code, message);
}

/** @throws Refusal where there is nothing */
export function found<T>(value: T | undefined, code: string, message: string): T {
  if (value === undefined) throw new Refusal(code, message);
  return value;
}
