/** Logsets, log topics and log lines as the control plane keeps them. */
import type {
  RuleInfo,
  Tag,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_models.js';
import type { LogTopicSeed } from '../options.ts';

export interface Logset {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly createdMs: number;
}

export interface LogTopic {
  readonly id: string;
  readonly logsetId: string;
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly periodDays: number;
  readonly describes: string;
  readonly storage: string;
  readonly createdMs: number;
  index: RuleInfo | undefined;
}

export interface LogEntry {
  readonly topicId: string;
  readonly atMs: number;
  /** For example `SCF_Message`. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The fields that SCF writes, with their types (document 583/60336). */
const SCF_FIELDS = {
  SCF_FunctionName: 'text',
  SCF_Namespace: 'text',
  SCF_StartTime: 'long',
  SCF_LogTime: 'long',
  SCF_RequestId: 'text',
  SCF_Duration: 'long',
  SCF_Alias: 'text',
  SCF_Qualifier: 'text',
  SCF_MemUsage: 'double',
  SCF_Level: 'text',
  SCF_Message: 'text',
  SCF_Type: 'text',
  SCF_StatusCode: 'long',
  SCF_RetryNum: 'long',
} as const;

const SCF_INDEX: RuleInfo = {
  FullText: { CaseSensitive: false, Tokenizer: '@&()=\'",;:<>[]{}/ \\n\\t\\r' },
  KeyValue: {
    CaseSensitive: false,
    KeyValues: Object.entries(SCF_FIELDS).map(([Key, Type]) => ({ Key, Value: { Type } })),
  },
};

export function seededTopics(seeds: readonly LogTopicSeed[], nowMs: number) {
  const logsets = seeds.map((seed): Logset => {
    return { id: seed.logsetId, name: seed.logsetName, tags: [], createdMs: nowMs };
  });
  const logTopics = seeds.map((seed): LogTopic => {
    const { topicId: id, topicName: name, logsetId } = seed;
    const rest = { periodDays: 30, describes: '', storage: 'hot', createdMs: nowMs, index: SCF_INDEX };
    return { id, name, logsetId, tags: [], ...rest };
  });
  return { logsets, logTopics };
}
