/** Where the Supabase server of the tests keeps objects: in memory. */
import type { App } from '@supabase/lite';

type Adapter = NonNullable<App['_storageAdapter']>;
type Metadata = Awaited<ReturnType<Adapter['headObject']>>;

export function memoryStorage(): Adapter {
  const objects = new Map<string, { body: Buffer; metadata: Metadata }>();
  const keyOf = (bucket: string, key: string): string => `${bucket}/${key}`;
  const found = (bucket: string, key: string): { body: Buffer; metadata: Metadata } => {
    const object = objects.get(keyOf(bucket, key));
    if (!object) throw Object.assign(new Error('Object not found'), { status: 404 });
    return object;
  };
  return {
    driver: null,
    async getObject(bucket, key) {
      const { body, metadata } = found(bucket, key);
      return { metadata, httpStatusCode: 200, body };
    },
    async uploadObject(bucket, key, _, body, mimetype, cacheControl) {
      const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(await new Response(body as ReadableStream).arrayBuffer());
      const metadata = { cacheControl, contentLength: bytes.length, size: bytes.length, mimetype, eTag: `"${objects.size}"`, lastModified: new Date(), httpStatusCode: 200 };
      objects.set(keyOf(bucket, key), { body: bytes, metadata });
      return metadata;
    },
    async deleteObject(bucket, key) {
      objects.delete(keyOf(bucket, key));
    },
    async deleteObjects(bucket, keys) {
      for (const key of keys) objects.delete(keyOf(bucket, key));
    },
    async copyObject(bucket, key, _, toBucket, toKey) {
      const object = found(bucket, key);
      objects.set(keyOf(toBucket, toKey), object);
      return object.metadata;
    },
    headObject: async (bucket, key) => found(bucket, key).metadata,
    privateAssetUrl: async (bucket, key) => keyOf(bucket, key),
  };
}
