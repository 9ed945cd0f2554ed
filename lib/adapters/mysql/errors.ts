/** The server's and the driver's errors as `StoreError`. */
import { StoreError, type StoreErrorCode, type StoreErrorDetails } from '../../core/errors.ts';

/** By error number: the server's, and those that clients give to a lost connection; TDSQL-C's own is 9449 (a paused cluster wakes). */
const BY_NUMBER: readonly (readonly [StoreErrorCode, readonly number[]])[] = [
  ['busy', [1040, 1203, 1205, 1213, 1226, 3572]], // too many connections or resources, lock wait, deadlock
  ['denied', [1044, 1045, 1130, 1142, 1143, 1227, 1251, 1370, 1698, 1820, 1862, 3118]],
  ['invalid', [1049, 1102, 3159]], // no such database, a wrong name for one, TLS is required
  ['unavailable', [1021, 1053, 1077, 1080, 1152, 1158, 1159, 1160, 1161, 1290, 1317, 1792, 1836, 1927, 3169]],
  ['unavailable', [2002, 2003, 2006, 2013, 9449]],
];

/** The driver's, where settings of the two sides do not fit. All else that ends a connection is of the network. */
const UNFIT = /^(HANDSHAKE_NO_SSL_SUPPORT|HANDSHAKE_SSL_ERROR|AUTH_SWITCH_PLUGIN_ERROR)$/;

interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly message?: unknown;
  /** The connection cannot be used any more. */
  readonly fatal?: unknown;
  sql?: unknown;
}

/** No answer in time. */
const STUCK = 'PROTOCOL_SEQUENCE_TIMEOUT';

/** A `StoreError` that also tells whether the transaction it ended is worth running again as a whole. */
export class MysqlError extends StoreError {
  /** The server undid everything, or never got to it. */
  readonly nothingDone: boolean;
  /** The connection it came over is of no more use. */
  readonly lost: boolean;

  constructor(
    message: string,
    details: StoreErrorDetails & { readonly nothingDone: boolean; readonly lost: boolean },
    options: ErrorOptions,
  ) {
    super(message, details, options);
    this.nothingDone = details.nothingDone;
    this.lost = details.lost;
  }
}

function codeOf(driver: DriverError): StoreErrorCode {
  const numbered = BY_NUMBER.find(([, numbers]) => numbers.some((number) => number === driver.errno));
  if (numbered !== undefined) return numbered[0];
  if (typeof driver.code === 'string' && UNFIT.test(driver.code) && !isOfSocket(driver)) return 'invalid';
  return driver.fatal === true || driver.code === STUCK ? 'unavailable' : 'unknown';
}

/** The driver gives one code to all that goes wrong while TLS begins; Node's errors of a socket that ended name its ends or a system call. */
function isOfSocket(driver: DriverError): boolean {
  return 'syscall' in driver || 'localAddress' in driver;
}

/** What the server quotes may be a key, or a word of a statement that holds one. */
function withoutQuoted(message: string): string {
  return message.replace(/'.*'/s, "'…'");
}

/** While connecting nothing of ours can be quoted: the server names the user and the address. Who connects has tried for long. */
export function connectError(error: unknown): MysqlError {
  return mysqlError(error, { operation: 'connect', message: (text) => text, nothingDone: () => false });
}

/** `harmless`: it does not matter whether the statement was done before its connection was lost. */
export function statementError(error: unknown, operation: string, harmless: boolean): MysqlError {
  return mysqlError(error, {
    operation,
    message: withoutQuoted,
    nothingDone: (code, lost) => code === 'busy' || (lost && harmless),
  });
}

interface Translation {
  readonly operation: string;
  readonly message: (text: string) => string;
  readonly nothingDone: (code: StoreErrorCode, lost: boolean) => boolean;
}

function mysqlError(error: unknown, { operation, message, nothingDone }: Translation): MysqlError {
  const driver: DriverError = typeof error === 'object' && error !== null ? error : {};
  delete driver.sql; // the statement with all its values
  const vendorCode = typeof driver.code === 'string' && driver.code !== '' ? driver.code : undefined;
  const code = codeOf(driver);
  const stuck = vendorCode === STUCK; // it may still go on
  const lost = stuck || driver.fatal === true || code === 'unavailable';
  const text = message(String(driver.message ?? error));
  return new MysqlError(
    `MySQL: ${text || (vendorCode ?? 'no reason given')}`,
    { code, operation, vendorCode, lost, nothingDone: !stuck && nothingDone(code, lost) },
    { cause: error },
  );
}
