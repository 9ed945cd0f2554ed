/** The smallest of what can be bought by the hour, and what it costs where the cloud does not answer that itself. */

export const NETWORK = { vpc: '10.0.0.0/16', subnet: '10.0.0.0/24' } as const;

/** CKafka: Pro is the only edition sold by the hour, from 20 MB/s (document 597/11745); the messages are tiny. */
export const INSTANCE = {
  SpecificationsType: 'profession',
  InstanceType: 1,
  KafkaVersion: '2.8.1',
  DiskType: 'CLOUD_PREMIUM',
  BandWidth: 20,
  DiskSize: 200,
  Partition: 400,
  TopicNum: 400,
  MsgRetentionTime: 7 * 24 * 60,
} as const;

/** TDSQL-C: serverless, pauses after ten minutes without a connection (document 1003/81819). */
export const CLUSTER = {
  DbType: 'MYSQL',
  DbVersion: '8.0',
  DbMode: 'SERVERLESS',
  MinCpu: 0.25,
  MaxCpu: 1,
  AutoPause: 'yes',
  AutoPauseDelay: 600,
  StoragePayMode: 0,
  PayMode: 0,
  Port: 3306,
} as const;

/** Of the vendor's price lists as they were on the day named. */
export const LIST_PRICES = {
  instance: 'about 1.34 CNY an hour and disk (list price of 2026-01)',
  cluster: 'about 0.013 USD an hour at 0.25 CCU while awake (list price of 2025-12)',
} as const;
