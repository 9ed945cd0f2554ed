/** Prices of CKafka's Pro edition by the hour, from its price list (document 597/11745, 2026): what an answer to a real inquiry looks like. */
import type {
  InquireCkafkaPriceRequest,
  InquiryPrice,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_models.js';
import { check } from '../refusal.ts';

/** Yuan an hour, by MB/s. */
const BANDWIDTH_YUAN: ReadonlyMap<number, number> = new Map([
  [20, 1.34],
  [40, 3.04],
]);
const DISK_YUAN_PER_100_GB = 0.25;

export function priceOf(params: InquireCkafkaPriceRequest): InquiryPrice {
  const { InstanceType: kind, Bandwidth: bandwidthMb, InquiryDiskParam: disk, Partition } = params;
  check(kind === 'profession', 'InvalidParameterValue', `This stand-in knows no prices of \`${kind}\`.`);
  check(
    bandwidthMb !== undefined && disk?.DiskSize !== undefined && Partition !== undefined,
    'InvalidParameterValue.NotAllowedEmpty',
    '`Bandwidth`, `InquiryDiskParam` and `Partition` are needed for profession.',
  );
  check(
    params.InstanceChargeParam?.InstanceChargeType === 'POSTPAID_BY_HOUR',
    'InvalidParameterValue',
    'This stand-in knows prices by the hour alone.',
  );
  const bandwidthYuan = BANDWIDTH_YUAN.get(bandwidthMb);
  check(
    bandwidthYuan !== undefined,
    'InvalidParameterValue',
    `This stand-in knows no price of ${bandwidthMb} MB/s.`,
  );
  const unit = bandwidthYuan + (disk.DiskSize / 100) * DISK_YUAN_PER_100_GB;
  const number = params.InstanceNum ?? 1;
  return {
    UnitPrice: unit,
    UnitPriceDiscount: unit,
    OriginalPrice: unit * number,
    DiscountPrice: unit * number,
    Discount: 100,
    GoodsNum: number,
    Currency: 'CNY',
    TimeSpan: 1,
    TimeUnit: 'h',
  };
}
