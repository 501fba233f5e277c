/**
 * A reconnect storm: thousands of visitors with a conversation each are cut off at once, while an agent goes on writing to them. They come
 * back as the widget does (the same delays by chance), ask for what they missed, and go on.
 */
import { nextDelay } from '../widget/connection.ts';
import { openRawClient, type RawClient } from './raw-client.ts';

export interface StormJob {
  kind: 'storm';
  port: number;
  cookie: string;
  visitors: number;
  /** Messages the agent writes to visitors of its choice during the storm. */
  messages: number;
  giveUpMs: number;
}

export interface StormResult {
  visitors: number;
  /** Milliseconds from the cut until half, and all, were resumed. */
  half: number;
  all: number;
  attempts: number;
  /** Requests and handshakes that a person would have been told of: refused for good. */
  errors: number;
  /** Of the agent's messages: how late the latest was seen by its visitor, in milliseconds; and how many were never. */
  latest: number;
  missing: number;
}

interface Visitor { client: RawClient | null; conversationId: string; token: string; seq: number; seen: Set<string>; resumedAt: number }

/** So many at a time come in the beginning; the storm itself has no such mercy. */
const AT_ONCE = 100;

export async function measureStorm(job: StormJob, cut: () => Promise<void>): Promise<StormResult> {
  const result: StormResult = { visitors: job.visitors, half: Number.NaN, all: Number.NaN, attempts: 0, errors: 0, latest: 0, missing: 0 };
  const writtenAt = new Map<string, number>();
  const visitors: Visitor[] = [];
  const auth = (token?: string) => ({ protocol: 1, workspace: 'demo', ...(token ? { token } : {}) });
  let storm = false;

  function seen(visitor: Visitor, json: string): void {
    for (const [, clientId = ''] of json.matchAll(/"clientId":"(storm-\d+)"/g)) {
      if (visitor.seen.has(clientId)) continue;
      visitor.seen.add(clientId);
      result.latest = Math.max(result.latest, performance.now() - (writtenAt.get(clientId) ?? 0));
    }
  }

  async function come(visitor: Visitor, attempt: number): Promise<void> {
    try {
      const client = await openRawClient({
        port: job.port, namespace: '/visitor', auth: auth(visitor.token || undefined),
        onNews: (json) => { if (json.includes('storm-')) seen(visitor, json.toString()); },
        onClose: () => { if (visitor.client === client) comeAgain(visitor, 0); },
      });
      visitor.client = client;
      visitor.token = client.session?.token ?? '';
      if (visitor.conversationId === '') return;
      const answer = await client.ask('log:sync', { conversations: [{ id: visitor.conversationId, seq: visitor.seq }] });
      seen(visitor, JSON.stringify(answer));
      visitor.resumedAt = performance.now();
    } catch (error) {
      if (!/closed|ECONN|refused: .*"(rate_limited|unavailable|overloaded)"/.test(String(error))) result.errors += 1;
      if (storm) comeAgain(visitor, attempt);
      else throw error;
    }
  }

  function comeAgain(visitor: Visitor, attempt: number): void {
    visitor.client = null;
    result.attempts += 1;
    setTimeout(() => void come(visitor, attempt + 1), nextDelay(attempt, Math.random()));
  }

  for (let begun = 0; begun < job.visitors; begun += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, job.visitors - begun) }, (): Visitor => ({ client: null, conversationId: '', token: '', seq: 1, seen: new Set(), resumedAt: 0 }));
    await Promise.all(batch.map(async (visitor) => {
      await come(visitor, 0);
      if (!visitor.client) throw new Error('a visitor was cut off before the storm');
      const { conversation } = await visitor.client.ask('conversation:start', { clientId: crypto.randomUUID(), message: { clientId: crypto.randomUUID(), text: 'Hello' } }) as { conversation: { id: string } };
      visitor.conversationId = conversation.id;
    }));
    visitors.push(...batch);
  }

  storm = true;
  const cutAt = performance.now();
  await cut();
  await write();
  const deadline = cutAt + job.giveUpMs;
  const waitsFor = (): boolean => visitors.some(({ resumedAt }) => resumedAt < cutAt) || [...writtenAt.keys()].some((clientId, index) => !visitorOf(index).seen.has(clientId));
  while (performance.now() < deadline && waitsFor()) await new Promise((resolve) => setTimeout(resolve, 50));
  const times = visitors.map(({ resumedAt }) => (resumedAt < cutAt ? Infinity : resumedAt - cutAt)).sort((a, b) => a - b);
  result.half = times[Math.floor(times.length / 2)] ?? Number.NaN;
  result.all = times.at(-1) ?? Number.NaN;
  result.missing = [...writtenAt.keys()].filter((clientId, index) => !visitorOf(index).seen.has(clientId)).length;
  return result;

  function visitorOf(index: number): Visitor {
    return visitors[(index * 7919) % visitors.length] as Visitor;
  }

  /** The agent is cut off as well and comes back, then writes while visitors are still on their way. */
  async function write(): Promise<void> {
    let agent: RawClient | undefined;
    for (let attempt = 0; !agent; attempt += 1) {
      agent = await openRawClient({ port: job.port, namespace: '/agent', auth: { protocol: 1 }, headers: { cookie: job.cookie } }).catch(() => undefined);
      if (!agent) await new Promise((resolve) => setTimeout(resolve, nextDelay(attempt, Math.random())));
    }
    for (let index = 0; index < job.messages; index += 1) {
      const clientId = `storm-${String(index).padStart(4, '0')}`;
      writtenAt.set(clientId, performance.now());
      await agent.ask('message:send', { conversationId: visitorOf(index).conversationId, clientId, text: 'Still here' });
    }
  }
}
