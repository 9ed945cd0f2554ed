/** What the provisioned things cost, as the cloud answers; else the list price with its date. A price that cannot be had stops nothing. */
import type { Cloud } from './cloud.ts';
import { CLUSTER, INSTANCE, LIST_PRICES } from './sizes.ts';

export async function instancePrice(cloud: Cloud, zoneId: number): Promise<string> {
  const request = {
    InstanceType: INSTANCE.SpecificationsType,
    InstanceChargeParam: { InstanceChargeType: 'POSTPAID_BY_HOUR' },
    InstanceNum: 1,
    Bandwidth: INSTANCE.BandWidth,
    InquiryDiskParam: { DiskType: INSTANCE.DiskType, DiskSize: INSTANCE.DiskSize },
    MessageRetention: INSTANCE.MsgRetentionTime / 60,
    Topic: INSTANCE.TopicNum,
    Partition: INSTANCE.Partition,
    ZoneIds: [zoneId],
  };
  return orListed(LIST_PRICES.instance, async () => {
    const { Result: result } = await cloud.call('ckafka', 'InquireCkafkaPrice', request);
    const price = result?.InstancePrice;
    return price?.DiscountPrice === undefined
      ? undefined
      : `${price.DiscountPrice} ${price.Currency ?? ''} an hour`;
  });
}

export async function clusterPrice(cloud: Cloud, Zone: string): Promise<string> {
  const request = {
    Zone,
    GoodsNum: 1,
    InstancePayMode: 'SERVERLESS',
    StoragePayMode: 'POSTPAID',
    Ccu: CLUSTER.MaxCpu,
  };
  return orListed(LIST_PRICES.cluster, async () => {
    const { InstancePrice: price } = await cloud.call('cynosdb', 'InquirePriceCreate', request);
    const hundredths = Number(price?.UnitPriceDiscountHighPrecision ?? price?.UnitPriceDiscount);
    if (!Number.isFinite(hundredths)) return undefined;
    const amount = (hundredths / 100).toFixed(4);
    return `${amount} ${price?.AmountUnit ?? ''} an ${price?.ChargeUnit ?? 'hour'} at ${CLUSTER.MaxCpu} CCU, and storage`;
  });
}

async function orListed(listed: string, ask: () => Promise<string | undefined>): Promise<string> {
  try {
    return (await ask()) ?? listed;
  } catch {
    return listed;
  }
}
