/** What SCF takes, from its documents (583/11637, 583/37040) and the comments in its type definitions. */

const MIB = 1024 * 1024;

export const LIMITS = {
  memoryMbMin: 64,
  memoryMbStep: 128,
  memoryMbMax: 3_072,
  timeoutSMax: 900,
  initTimeoutSMax: 300,
  descriptionCharsMax: 1_000,
  environmentBytesMax: 4_096,
  unpackedBytesMax: 500 * MIB,
  functionsPerNamespace: 50,
  triggersPerType: 10,
  syncEventBytesMax: 6 * MIB,
  asyncEventBytesMax: 128 * 1024,
  logTailBytes: 4_096,
  unreservedMb: 12_800,
} as const;

/** Of "Guangzhou, Shanghai, Beijing, Chengdu, Hong Kong", and of the others. */
const LARGE_REGIONS = ['ap-guangzhou', 'ap-shanghai', 'ap-beijing', 'ap-chengdu', 'ap-hongkong'];

export function concurrencyQuotaMb(region: string): number {
  return LARGE_REGIONS.includes(region) ? 128_000 : 64_000;
}

/** The type definitions end at Nodejs18.15; the later ones are those of the sister product that runs on SCF. */
export const RUNTIMES: readonly string[] = [
  ...['Python2.7', 'Python3.6', 'Python3.7', 'Python3.9', 'Python3.10'],
  ...['Nodejs6.10', 'Nodejs8.9', 'Nodejs10.15', 'Nodejs12.16', 'Nodejs14.18', 'Nodejs16.13', 'Nodejs18.15'],
  ...['Nodejs20.19', 'Nodejs22.21', 'Nodejs24.11'],
  ...['Php5.6', 'Php7', 'Php7.4', 'Php8.0', 'Go1', 'Java8', 'CustomRuntime'],
];
