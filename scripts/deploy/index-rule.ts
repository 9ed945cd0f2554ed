/** The index of the log topic: the fields that SCF writes with each line (document 583/60336), so that they can be searched. */

const TEXTS = [
  'SCF_FunctionName',
  'SCF_Namespace',
  'SCF_RequestId',
  'SCF_Alias',
  'SCF_Qualifier',
  'SCF_Level',
  'SCF_Message',
  'SCF_Type',
];
const NUMBERS = ['SCF_StartTime', 'SCF_LogTime', 'SCF_Duration', 'SCF_StatusCode', 'SCF_RetryNum'];
const TOKENIZER = '@&()=\'",;:<>[]{}/ \n\t\r';

export const LOG_INDEX = {
  FullText: { CaseSensitive: false, Tokenizer: TOKENIZER, ContainZH: true },
  KeyValue: {
    CaseSensitive: false,
    KeyValues: [
      ...TEXTS.map((Key) => ({
        Key,
        Value: { Type: 'text', Tokenizer: '', SqlFlag: true, ContainZH: false },
      })),
      ...NUMBERS.map((Key) => ({ Key, Value: { Type: 'long', SqlFlag: true } })),
      { Key: 'SCF_MemUsage', Value: { Type: 'double', SqlFlag: true } },
    ],
  },
};
