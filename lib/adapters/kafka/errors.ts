/** What a broker or kafkajs says when it refuses, as errors of ours ("Error codes" of the Kafka protocol). */
import { StoreError, type StoreErrorCode, UserError } from '../../core/errors.ts';

/** Codes not in here heal: an election, a rebalance, a broker that starts. */
const PROTOCOL_CODES: Readonly<Record<string, StoreErrorCode>> = {
  CLUSTER_AUTHORIZATION_FAILED: 'denied',
  CORRUPT_MESSAGE: 'corrupt',
  GROUP_AUTHORIZATION_FAILED: 'denied',
  ILLEGAL_SASL_STATE: 'invalid',
  INCONSISTENT_GROUP_PROTOCOL: 'invalid',
  INVALID_GROUP_ID: 'invalid',
  INVALID_SESSION_TIMEOUT: 'invalid',
  INVALID_TOPIC_EXCEPTION: 'invalid',
  MESSAGE_TOO_LARGE: 'too_large',
  POLICY_VIOLATION: 'denied',
  RECORD_LIST_TOO_LARGE: 'too_large',
  REQUEST_TIMED_OUT: 'timeout',
  SASL_AUTHENTICATION_FAILED: 'denied',
  THROTTLING_QUOTA_EXCEEDED: 'throttled',
  TOPIC_AUTHORIZATION_FAILED: 'denied',
  UNSUPPORTED_SASL_MECHANISM: 'invalid',
  UNSUPPORTED_VERSION: 'invalid',
};

const CLIENT_CODES: Readonly<Record<string, StoreErrorCode>> = {
  KafkaJSRequestTimeoutError: 'timeout',
  KafkaJSSASLAuthenticationError: 'denied',
  KafkaJSServerDoesNotSupportApiKey: 'invalid',
};

/** A certificate nobody vouches for, or TLS spoken to a listener that does not. */
const TLS_CODE = /CERT|ALTNAME|ISSUER|UNABLE_TO_|^EPROTO$|^ERR_SSL_/;

interface ClientError extends Error {
  /** Of the protocol: `TOPIC_AUTHORIZATION_FAILED`. */
  readonly type?: string;
  /** Of the protocol a number, of a socket a string. */
  readonly code?: string | number;
}

/** `topic` is the name at the broker. */
export function kafkaError(
  error: unknown,
  { operation, topic }: { readonly operation: string; readonly topic?: string },
): Error {
  const root = rootOf(error);
  if (root instanceof StoreError || root instanceof UserError) return root;
  if (isMissingTopic(root)) return missingTopic(topic ?? '');
  const code = codeOf(root);
  const vendorCode = root.type ?? (typeof root.code === 'string' ? root.code : root.name);
  const about = topic === undefined ? '' : ` (topic ${topic})`;
  const message = `Kafka: ${root.message}${about}${hintOf(code, vendorCode)}`;
  return new StoreError(message, { code, operation, vendorCode }, { cause: error });
}

export function isMissingTopic(error: unknown): boolean {
  return rootOf(error).type === 'UNKNOWN_TOPIC_OR_PARTITION';
}

function missingTopic(topic: string): UserError {
  return new UserError(
    `Kafka has no topic ${topic}: \`npx serverless deploy\` creates it. A worker must be given the deployment's own prefix.`,
  );
}

/** kafkajs wraps what made it give up. */
function rootOf(error: unknown): ClientError {
  let root = error instanceof Error ? error : new Error(String(error));
  while (root.name.startsWith('KafkaJS') && root.cause instanceof Error) root = root.cause;
  return root;
}

function codeOf({ name, type, code }: ClientError): StoreErrorCode {
  if (type !== undefined && type in PROTOCOL_CODES) return PROTOCOL_CODES[type] ?? 'unavailable';
  if (typeof code === 'string' && TLS_CODE.test(code)) return 'invalid';
  return CLIENT_CODES[name] ?? 'unavailable';
}

function hintOf(code: StoreErrorCode, vendorCode: string): string {
  if (vendorCode === 'ILLEGAL_SASL_STATE') return '; this listener takes no user name and password';
  if (vendorCode === 'KafkaJSConnectionClosedError')
    return '; a listener that wants TLS or a password does this to a client without';
  if (vendorCode === 'KafkaJSSASLAuthenticationError') return '; check the user name and the password';
  if (code === 'invalid' && TLS_CODE.test(vendorCode))
    return '; check the TLS settings and the CA certificate';
  return '';
}
