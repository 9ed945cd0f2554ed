/** SCF's reserved concurrency, counted in MB of memory: of one function at least and at most that much. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_client.js';
import type { Actions } from '../actions.ts';
import { check } from '../refusal.ts';
import type { World } from '../world.ts';
import { retriggered } from './deployed.ts';
import { concurrencyQuotaMb, LIMITS } from './limits.ts';
import { functionOf } from './lookup.ts';

export function concurrencyActions(world: World): Actions<Client> {
  return {
    async PutReservedConcurrencyConfig(params) {
      const fn = functionOf(params, world);
      const { ReservedConcurrencyMem: wantedMb } = params;
      check(
        Number.isInteger(wantedMb) && wantedMb >= 0,
        'InvalidParameterValue',
        '`ReservedConcurrencyMem` is a whole number of MB.',
      );
      const others = [...world.functions.values()].filter((other) => other !== fn);
      const reservedMb = others.reduce((sum, other) => sum + (other.reservedMb ?? 0), wantedMb);
      const quotaMb = world.options.concurrencyQuotaMb ?? concurrencyQuotaMb(world.options.region);
      check(
        reservedMb <= quotaMb - LIMITS.unreservedMb,
        'LimitExceeded.FunctionReservedConcurrencyMemory',
        `${reservedMb} MB would be reserved; of ${quotaMb} MB ${LIMITS.unreservedMb} MB stay free.`,
      );
      fn.reservedMb = wantedMb;
      await retriggered(fn, world);
      return {};
    },
    GetReservedConcurrencyConfig(params) {
      const { reservedMb } = functionOf(params, world);
      return reservedMb === undefined ? {} : { ReservedMem: reservedMb };
    },
    async DeleteReservedConcurrencyConfig(params) {
      const fn = functionOf(params, world);
      fn.reservedMb = undefined;
      await retriggered(fn, world);
      return {};
    },
  };
}
