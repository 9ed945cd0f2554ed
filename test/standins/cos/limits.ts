/** What COS refuses, as numbers with unit and source (document ids of the vendor's product 436). */
const MB = 1024 ** 2;
const GB = 1024 ** 3;

export const COS_LIMITS = {
  /** 436/13324: an object key is 1–850 bytes of UTF-8. */
  keyBytesMax: 850,
  /** 436/7749: all `x-cos-meta-*` names and values together. */
  metadataBytesMax: 2 * 1024,
  /** 436/42998: tags of one object, and the lengths of a tag's key and value in characters. */
  tagsMax: 10,
  tagKeyCharactersMax: 127,
  tagValueCharactersMax: 255,
  /** 436/7749, 436/7750: one PUT or one part. */
  putBytesMax: 5 * GB,
  /** 436/7742: every part but the last, looked at when the upload is completed. */
  partBytesMin: 1 * MB,
  partNumberMax: 10_000,
  /** 436/7734, 436/7736, 436/7747: entries of one page of any listing. */
  pageEntriesMax: 1_000,
  /** 436/7734: prefix, marker and delimiter must be shorter than this. */
  listingParameterBytesMax: 1_024,
  /** 436/8289: keys of one DeleteMultipleObjects. */
  deleteKeysMax: 1_000,
  /** 436/7730: a signature that begins later than this from now is `RequestTimeTooSkewed`. */
  clockSkewSecondsMax: 15 * 60,
  /** XML request bodies; 10,000 parts are below 1 MB. */
  xmlBytesMax: 2 * MB,
} as const;

/** 436/33417: values of `x-cos-storage-class`. */
export const COS_STORAGE_CLASSES: ReadonlySet<string> = new Set([
  'STANDARD',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ARCHIVE',
  'DEEP_ARCHIVE',
  'MAZ_STANDARD',
  'MAZ_STANDARD_IA',
  'MAZ_INTELLIGENT_TIERING',
  'MAZ_ARCHIVE',
]);

/** Classes whose objects cannot be read until they are restored. */
export const COS_ARCHIVED: ReadonlySet<string> = new Set(['ARCHIVE', 'DEEP_ARCHIVE', 'MAZ_ARCHIVE']);
