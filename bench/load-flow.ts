/** Messages as fast as they are acknowledged, or at a given rate: how many, and how late. */
import { openRawClient, type RawClient } from './raw-client.ts';

export interface FlowJob {
  kind: 'flow';
  port: number;
  /** The session of a member, who watches; null for the bare echo, where the acknowledgement is all there is. */
  cookie: string | null;
  visitors: number;
  /** How many messages each visitor has on the way at a time. */
  window: number;
  /** Messages per second, of all together; null: as fast as they are acknowledged. */
  rate: number | null;
  warmUpMs: number;
  measureMs: number;
  textLength: number;
}

export interface FlowResult {
  /** Per second: acknowledged, and seen by the agent. */
  acknowledged: number;
  delivered: number;
  /** Milliseconds from sent to seen by the agent (echo: acknowledged). */
  latency: { median: number; p99: number; max: number };
  /** Acknowledged with an error, for whatever reason. */
  refused: number;
  /** Of this process, per message delivered, in microseconds. */
  cpuPerMessage: number;
}

export async function measureFlow(job: FlowJob): Promise<FlowResult> {
  const text = 'x'.repeat(job.textLength);
  const sentAt = new Map<string, number>();
  const latencies: number[] = [];
  let measuring = false;
  let stopped = false;
  let [acknowledged, delivered, refused, sent] = [0, 0, 0, 0];

  function seen(id: string): void {
    const at = sentAt.get(id);
    if (at === undefined) return;
    sentAt.delete(id);
    if (!measuring) return;
    delivered += 1;
    latencies.push(performance.now() - at);
  }

  if (job.cookie !== null) {
    const mark = '"clientId":"';
    await openRawClient({
      port: job.port, namespace: '/agent', auth: { protocol: 1 }, headers: { cookie: job.cookie },
      onNews(json) {
        const at = json.indexOf(mark) + mark.length;
        if (at > mark.length) seen(json.toString('latin1', at, json.indexOf(0x22, at)));
      },
    });
  }
  const visitors = await Promise.all(Array.from({ length: job.visitors }, async () => {
    const client = await openRawClient({ port: job.port, namespace: '/visitor', auth: { protocol: 1, workspace: 'demo' } }, job.cookie === null);
    const conversationId = job.cookie === null ? 'conversation-of-21-ch' : await start(client);
    return { client, conversationId };
  }));

  function send({ client, conversationId }: (typeof visitors)[number], then: () => void): void {
    sent += 1;
    const clientId = `m-${process.pid}-${sent}`;
    sentAt.set(clientId, performance.now());
    client.request(`["message:send",{"conversationId":"${conversationId}","clientId":"${clientId}","text":"${text}"}]`, (json) => {
      if (job.cookie === null) seen(clientId);
      else if (!json.startsWith('[{"ok":true')) refused += 1;
      if (measuring) acknowledged += 1;
      then();
    });
  }

  if (job.rate === null) {
    const again = (visitor: (typeof visitors)[number]) => (): void => { if (!stopped) send(visitor, again(visitor)); };
    for (const visitor of visitors) for (let index = 0; index < job.window; index += 1) again(visitor)();
  } else {
    const perMs = job.rate / 1_000;
    const begun = performance.now();
    const timer = setInterval(() => {
      if (stopped) return clearInterval(timer);
      const due = Math.floor((performance.now() - begun) * perMs);
      while (sent < due) send(visitors[sent % visitors.length] as (typeof visitors)[number], () => {});
    }, 1);
  }

  await wait(job.warmUpMs);
  measuring = true;
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  await wait(job.measureMs);
  measuring = false;
  stopped = true;
  const seconds = (performance.now() - from) / 1_000;
  const used = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return {
    acknowledged: acknowledged / seconds, delivered: delivered / seconds, refused,
    latency: { median: at(0.5), p99: at(0.99), max: at(1) },
    cpuPerMessage: (used.user + used.system) / delivered,
  };
}

async function start(client: RawClient): Promise<string> {
  const answer = await client.ask('conversation:start', { clientId: crypto.randomUUID(), message: { clientId: crypto.randomUUID(), text: 'Hello' } });
  return (answer as { conversation: { id: string } }).conversation.id;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
