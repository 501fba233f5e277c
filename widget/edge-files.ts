/** Which copy of a file is good enough, and when the gateway is asked for a newer one. */
import { type Copies, copiesOf, type Copy, lifetimes } from './edge-copies.ts';
import { type Answer, askGateway, type Reader, type WidgetFile } from './edge-gateway.ts';

/** The gateway gets this long: where there is a copy to fall back on, where there is none, and where nobody waits. */
const TIMEOUT_MS = { withCopy: 2_000, without: 5_000, behind: 10_000 };
/** After a failure a copy is used without asking again for this long. */
const REST_MS = 5_000;
/** Places of which it is remembered that the gateway is being asked, or failed. More than one isolate ever serves at once. */
const REMEMBERED_MAX = 2_000;

export interface Files {
  /** The best there is: a copy, the gateway's refusal, or null. */
  obtain(file: WidgetFile, reader: Reader): Promise<Answer>;
}

export interface FilesOptions {
  gateway: string;
  /** The edge's own origin, which sets its copies apart from those of others in the same cache. */
  self: string;
  cache: Pick<Cache, 'match' | 'put' | 'delete'>;
  /** Lets work go on after the answer. */
  behind(work: Promise<unknown>): void;
  /** Until when a place is left alone; shared by all requests of an isolate. */
  busy: Map<string, number>;
}

export function createFiles({ gateway, self, cache, behind, busy }: FilesOptions): Files {
  /** Asks the gateway and keeps what it says. */
  async function renew(file: WidgetFile, reader: Reader, copies: Copies, place: string, timeoutMs: number): Promise<Answer> {
    const answer = await askGateway(gateway, file, reader, timeoutMs);
    if (!answer) return null;
    if ('copy' in answer) await copies.keep(answer.copy, place, reader.origin);
    else await copies.forget(place);
    return answer;
  }

  /** The same where there is a copy: once at a time, and not again too soon after a failure. Null also while somebody else asks. */
  async function renewCopy(file: WidgetFile, reader: Reader, copies: Copies, place: string, timeoutMs: number): Promise<Answer> {
    if ((busy.get(place) ?? 0) > Date.now()) return null;
    if (busy.size >= REMEMBERED_MAX) busy.clear();
    busy.set(place, Date.now() + timeoutMs);
    const answer = await renew(file, reader, copies, place, timeoutMs);
    if (answer) busy.delete(place);
    else busy.set(place, Date.now() + REST_MS);
    return answer;
  }

  return {
    async obtain(file, asker) {
      // Assets are the same for everybody, and the loader alone has words in it.
      const reader = file.kind === 'asset' ? { ...asker, origin: null } : asker;
      const copies = copiesOf(`${self}${file.path}?${file.kind === 'loader' ? `language=${reader.language}` : ''}`, cache);
      const { copy, place } = await copies.find(reader.origin);
      const state = copy ? stateOf(copy) : 'none';
      if (!copy || state === 'none') return renew(file, reader, copies, place, TIMEOUT_MS.without);
      if (state === 'stale') behind(renewCopy(file, reader, copies, place, TIMEOUT_MS.behind));
      if (state !== 'old') return { copy };
      return await renewCopy(file, reader, copies, place, TIMEOUT_MS.withCopy) ?? { copy };
    },
  };
}

/** `stale`: to be renewed behind the answer. `old`: only if nothing newer can be had. */
function stateOf({ at, cacheControl }: Copy): 'fresh' | 'stale' | 'old' | 'none' {
  const until = lifetimes(cacheControl);
  const age = (Date.now() - at) / 1_000;
  if (!until) return 'none';
  if (age < until.fresh) return 'fresh';
  if (age < until.whileRenewed) return 'stale';
  return age < until.onError ? 'old' : 'none';
}
