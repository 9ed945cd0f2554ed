/** From the headers of a request to its action: the version tells services apart that have actions of one name. */
import type { Service } from './actions.ts';
import { check, found, Refusal } from './refusal.ts';
import { shapesOf } from './shapes.ts';

interface Asked {
  readonly action: string;
  readonly version: string;
}

/** @throws Refusal */
export function serviceOf({ action, version }: Asked, services: readonly Service[]): Service {
  check(action !== '', 'MissingParameter', 'The request is missing the header `X-TC-Action`.');
  const ofVersion = services.filter((service) => service.version === version);
  const [first] = ofVersion;
  const named = found(first, 'NoSuchVersion', `No service here has the version \`${version}\`.`);
  const service = ofVersion.find((each) => Object.hasOwn(each.actions, action));
  if (service) return service;
  const real = ofVersion.some((each) => shapesOf(each.models).has(`${action}Request`));
  throw new Refusal(
    'InvalidAction',
    `${named.name} has no action \`${action}\`${real ? ' that this stand-in plays' : ''}.`,
  );
}

/** @throws Refusal where another region is meant than the one that is played */
export function checkRegion(service: Service, asked: string, region: string): void {
  if (service.global === true) return;
  check(asked !== '', 'MissingParameter', 'The request is missing the header `X-TC-Region`.');
  check(asked === region, 'UnsupportedRegion', `This stand-in plays ${region}, not ${asked}.`);
}
