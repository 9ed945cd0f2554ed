/** The zones of the region that is played: their numbers are the region's and their own. */
import type { ZoneInfo } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_models.js';
import { check } from '../refusal.ts';
import type { World } from '../world.ts';

const REGION_NUMBERS: Readonly<Record<string, number>> = {
  'ap-guangzhou': 100_000,
  'ap-shanghai': 200_000,
  'ap-hongkong': 300_000,
  'ap-beijing': 800_000,
};
const ZONES = [2, 3, 4, 6, 7];
/** What can be looked at, and not bought any more. */
const SOLD_OUT = 2;

export function zonesOf(region: string): ZoneInfo[] {
  const base = REGION_NUMBERS[region] ?? 900_000;
  return ZONES.map((zone) => ({
    ZoneId: String(base + zone),
    ZoneName: `${region}-${zone}`,
    ZoneStatus: 3,
    SoldOut: String(zone === SOLD_OUT),
    IsInternalApp: 0,
    AppId: 0,
  }));
}

/** @throws Refusal unless CKafka is sold there, and the subnet is there */
export function checkZone(zoneId: number, subnetId: string, world: World): void {
  const zone = zonesOf(world.options.region).find((each) => each.ZoneId === String(zoneId));
  check(
    zone?.SoldOut === 'false',
    'InvalidParameterValue.ZoneNotSupport',
    `CKafka is not sold in zone ${zoneId}.`,
  );
  check(
    world.subnets.get(subnetId)?.zone === zone.ZoneName,
    'InvalidParameterValue.SubnetNotBelongToZone',
    `The subnet ${subnetId} is not in ${zone.ZoneName ?? ''}.`,
  );
}
