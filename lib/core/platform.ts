/** What Tencent Cloud's services allow, each number with its source: the functions, the worker and the deployment all plan with these. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** SCF, cloud functions. */
export const SCF = {
  /** 64 MB, then steps of 128 MB up to 3,072 MB (document 583/11637). */
  memoryMbMin: 64,
  memoryMbStep: 128,
  memoryMbMax: 3_072,
  /** Of a function whose caller waits (document 583/11637). */
  timeoutSMax: 900,
  /** Of one instance (document 583/11637): sockets of both stores, of Kafka and of the database. */
  fileDescriptors: 1_024,
  /** What a caller may send and get (document 583/11637). */
  syncEventBytesMax: 6 * MIB,
  asyncEventBytesMax: 128 * KIB,
  /** All of a function's variables together (document 583/11637). */
  environmentBytesMax: 4 * KIB,
  /** A request of API 3.0 signed with TC3-HMAC-SHA256 is at most 10 MB (document 583/17240); Base64 takes a third more. */
  apiRequestBytesMax: 10_000_000,
  inlineZipBytesMax: 7_000_000,
  /** `Invoke` waits this long (document 583/17243). */
  invokeWaitMs: 300_000,
  /**
   * An invocation under a CKafka trigger plans for this whatever its limit: the trigger's own call and its consumer's
   * membership are bounded by 300 s (documents 583/17530, 597/43996).
   */
  triggeredMs: 240_000,
  /** Reserved concurrency is counted in MB of memory, and this much of a region's quota must stay free (document 583/37040). */
  concurrencyQuotaMb: { large: 128_000, other: 64_000, unreserved: 12_800 },
  largeRegions: ['ap-guangzhou', 'ap-shanghai', 'ap-beijing', 'ap-chengdu', 'ap-hongkong'],
} as const;

/** SCF's CKafka trigger (documents 583/17530, 583/39901). */
export const CKAFKA_TRIGGER = {
  /** A batch holds 1 to this many messages, and ends at `SCF.syncEventBytesMax`. */
  maxMsgNumMax: 10_000,
  /** Seconds to wait for a batch to fill. */
  timeOutSMin: 1,
  timeOutSMax: 60,
  /** What holds where nothing is said: a message that cannot be handled would block its partition practically for ever. */
  retryDefault: 10_000,
} as const;

/** CKafka (documents 597/11745, 597/83546 and the API's type definitions). */
export const CKAFKA = {
  messageBytesMax: 12 * MIB,
  /** Where nothing is said a topic forgets after two hours. */
  retentionMsDefault: 7_200_000,
  retentionMsMin: 60_000,
  retentionMsMax: 7_776_000_000,
  topicNoteCharsMax: 64,
  partitionsMax: 3_000,
  replicasMax: 3,
} as const;

/** CLS, the log service (the API's type definitions). */
export const CLS = {
  /** Of a log topic; 3,640 would mean for ever. */
  retentionDaysMax: 3_600,
} as const;
