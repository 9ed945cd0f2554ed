/** A function's code: inline as Base64, or an object in COS. */
import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import type { Code } from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_models.js';
import { check, found, Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import { LIMITS } from './limits.ts';
import type { FunctionCode } from './model.ts';

/** @throws Refusal */
export async function codeOf(code: Code, world: World): Promise<FunctionCode> {
  const inline = code.ZipFile !== undefined;
  const inCos = code.CosBucketName !== undefined || code.CosObjectName !== undefined;
  check(inline || inCos, 'MissingParameter.Code', 'Neither `ZipFile` nor a COS object is given.');
  check(!(inline && inCos), 'InvalidParameterValue.Code', '`ZipFile` and a COS object exclude each other.');
  const zip = code.ZipFile === undefined ? await fromCos(code, world) : fromBase64(code.ZipFile);
  checkZip(zip);
  return { zip, sha256: createHash('sha256').update(zip).digest('hex') };
}

function fromBase64(text: string): Uint8Array {
  check(
    text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text),
    'InvalidParameterValue.ZipFileBase64BinasciiError',
    'The zip file is not in Base64.',
  );
  return Buffer.from(text, 'base64');
}

async function fromCos(code: Code, world: World): Promise<Uint8Array> {
  const { CosBucketName: bucket = '', CosObjectName: name = '' } = code;
  check(
    /^[a-z0-9][a-z0-9-]*$/.test(bucket) && !bucket.endsWith(`-${world.appId}`),
    'InvalidParameterValue.CosBucketName',
    `\`${bucket}\` is no bucket name without -appid.`,
  );
  check(
    name.startsWith('/') && name.length > 1,
    'InvalidParameterValue.CosObjectName',
    `\`${name}\` does not begin with /.`,
  );
  const region = code.CosBucketRegion ?? world.options.region;
  check(
    region === world.options.region,
    'InvalidParameterValue.CosBucketRegion',
    `The bucket is in ${region}.`,
  );
  const bytes = await world.options.objects?.(bucket, name.slice(1));
  return found(bytes, 'ResourceNotFound.Cos', `There is no object ${name} in ${bucket}.`);
}

function checkZip(zip: Uint8Array): void {
  let unpackedBytes = 0;
  let files = 0;
  try {
    unzipSync(zip, {
      filter: ({ originalSize }) => {
        unpackedBytes += originalSize;
        files += 1;
        return false;
      },
    });
  } catch {
    throw new Refusal('InvalidParameterValue.ZipFile', 'That is no zip file.');
  }
  check(files > 0, 'InvalidParameterValue.ZipFile', 'The zip file is empty.');
  check(
    unpackedBytes <= LIMITS.unpackedBytesMax,
    'InvalidParameterValue.ZipFile',
    'The code has more than 500 MB.',
  );
}
