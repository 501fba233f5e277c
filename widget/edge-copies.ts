/**
 * What the edge keeps of the gateway's files, in the Cache API of the place it runs at. That cache knows nothing of
 * stale-while-revalidate and stale-if-error, so a copy carries its own age and what the gateway said about it.
 */

export interface Copy {
  body: ArrayBuffer;
  type: string;
  /** Without quotes and without what tells one encoding from another; empty: the gateway named none. */
  hash: string;
  /** Of the gateway, for browsers. */
  cacheControl: string;
  allowOrigin: string | null;
  /** Of `origin` and `accept-language`, those that the gateway's answer depends on. */
  vary: string[];
  /** Path of the panel under /w/, which a loader asks for later; empty: this is no loader. */
  panel: string;
  /** The language that the workspace settled on for everybody; empty: none, or this is no loader. */
  locale: string;
  /** When the gateway said so; milliseconds since 1970. */
  at: number;
}

/** For how long a copy may be used, in seconds since it was made. */
export interface Lifetimes {
  fresh: number;
  /** Served at once, and renewed behind it. */
  whileRenewed: number;
  /** Served when the gateway cannot say anything newer. */
  onError: number;
}

/** Reads a Cache-Control header. Null: this answer must not be kept. */
export function lifetimes(cacheControl: string): Lifetimes | null {
  const said = new Map(cacheControl.toLowerCase().split(',').map((part) => {
    const [name = '', value = ''] = part.split('=');
    return [name.trim(), value.trim()] as const;
  }));
  const seconds = (name: string): number => (/^\d{1,9}$/.test(said.get(name) ?? '') ? Number(said.get(name)) : 0);
  if (!said.has('max-age') || ['no-store', 'no-cache', 'private'].some((name) => said.has(name))) return null;
  const fresh = seconds('max-age');
  return { fresh, whileRenewed: fresh + seconds('stale-while-revalidate'), onError: fresh + seconds('stale-if-error') };
}

/** An answer that is not the same for all websites must never reach another one than it was made for. */
export function dependsOnOrigin({ allowOrigin, vary }: Pick<Copy, 'allowOrigin' | 'vary'>): boolean {
  return vary.includes('origin') || (allowOrigin !== null && allowOrigin !== '*');
}

/** The copies of one file, for one language. */
export interface Copies {
  /** The copy for a website, and the place to keep a newer one of it in. */
  find(origin: string | null): Promise<{ copy: Copy | null; place: string }>;
  /** Keeps a copy instead of the one that `find` saw in `place`. One that must not be kept is not. */
  keep(copy: Copy, place: string, origin: string | null): Promise<void>;
  forget(place: string): Promise<void>;
}

const HEADER = 'miradesk-copy';

/** `address`: whole, with everything in it that tells this file from others. */
export function copiesOf(address: string, cache: Pick<Cache, 'match' | 'put' | 'delete'>): Copies {
  /** Where all websites get the same, there is one copy for all of them. */
  const placeFor = (origin: string | null): string => (origin === null ? address : `${address}&origin=${encodeURIComponent(origin)}`);

  async function read(place: string): Promise<Copy | null> {
    try {
      const kept = await cache.match(place);
      const about = kept?.headers.get(HEADER);
      return kept && about ? { ...(JSON.parse(about) as Omit<Copy, 'body'>), body: await kept.arrayBuffer() } : null;
    } catch {
      // A cache that has trouble has no copy.
      return null;
    }
  }

  async function forget(place: string): Promise<void> {
    await cache.delete(place);
  }

  return {
    async find(origin) {
      const place = placeFor(null);
      const copy = await read(place);
      if (origin === null || (copy && !dependsOnOrigin(copy))) return { copy, place };
      return { copy: await read(placeFor(origin)), place: placeFor(origin) };
    },
    async keep(copy, place, origin) {
      const { body, ...about } = copy;
      const until = lifetimes(copy.cacheControl);
      const right = placeFor(dependsOnOrigin(copy) ? origin : null);
      if (right !== place) await forget(place);
      if (!until) return;
      const seconds = Math.max(until.fresh, until.whileRenewed, until.onError);
      const kept = new Response(body, { headers: { 'content-type': copy.type, 'cache-control': `public, max-age=${seconds}`, [HEADER]: JSON.stringify(about) } });
      await cache.put(right, kept).catch(() => console.warn('A copy could not be kept'));
    },
    forget,
  };
}
