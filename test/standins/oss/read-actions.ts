/** The small reading actions: object tags, symlinks, and what a bucket says about itself. */
import { element, xmlDocument } from '../kernel/xml.ts';
import type { Action, ActionContext } from './model.ts';
import * as refusals from './refusals.ts';

const XML = { 'Content-Type': 'application/xml' } as const;

function objectOf({ bucket, request: { key } }: ActionContext) {
  const object = bucket.store.get(key);
  if (!object) throw refusals.noSuchKey({ Key: key });
  return object;
}

export const getObjectTagging: Action = (context) => {
  const tags = Object.entries(objectOf(context).tags);
  const items = tags.map(([key, value]) => `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`);
  return { status: 200, headers: XML, body: xmlDocument('Tagging', `<TagSet>${items.join('')}</TagSet>`) };
};

export const getSymlink: Action = (context) => {
  const object = objectOf(context);
  if (object.type !== 'Symlink') throw refusals.notSymlink({ Key: object.key });
  return {
    status: 200,
    headers: {
      ETag: `"${object.etag}"`,
      'Last-Modified': object.lastModified.toUTCString(),
      'x-oss-symlink-target': encodeURIComponent(object.symlinkTarget ?? ''),
    },
  };
};

export const getBucketInfo: Action = ({ bucket: { name, options } }) => {
  const bucket = [
    element('Name', name),
    element('Location', options.region),
    element('CreationDate', '2024-01-01T00:00:00.000Z'),
    element('ExtranetEndpoint', `${options.region}.aliyuncs.com`),
    element('IntranetEndpoint', `${options.region}-internal.aliyuncs.com`),
    element('StorageClass', 'Standard'),
    element('DataRedundancyType', 'LRS'),
    '<Owner><ID>0022012****</ID><DisplayName>user-example</DisplayName></Owner>',
    '<AccessControlList><Grant>private</Grant></AccessControlList>',
    options.versioning ? element('Versioning', options.versioning) : '',
  ];
  return {
    status: 200,
    headers: XML,
    body: xmlDocument('BucketInfo', `<Bucket>${bucket.join('')}</Bucket>`),
  };
};

export const getBucketVersioning: Action = ({ bucket: { options } }) => {
  const status = options.versioning ? element('Status', options.versioning) : '';
  return { status: 200, headers: XML, body: xmlDocument('VersioningConfiguration', status) };
};

export const getBucketLocation: Action = ({ bucket: { options } }) => {
  return { status: 200, headers: XML, body: xmlDocument('LocationConstraint', options.region) };
};
