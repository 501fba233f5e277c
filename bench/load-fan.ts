/** One entry to many watchers: a visitor writes, every agent's window gets the entry. */
import { openRawClient } from './raw-client.ts';

export interface FanJob {
  kind: 'fan';
  port: number;
  /** A member's session; null for the bare server. */
  cookie: string | null;
  watchers: number;
  /** Entries on their way at a time. */
  window: number;
  measureMs: number;
  /** Bytes of the bare server's payload, to be as large as the gateway's news; 0: the gateway says how large they are. */
  payloadBytes: number;
}

export interface FanResult {
  /** News received by all watchers together, per second. */
  received: number;
  /** Bytes of one. */
  newsBytes: number;
}

export async function measureFan(job: FanJob): Promise<FanResult> {
  const bare = job.cookie === null;
  let [received, newsBytes, complete] = [0, 0, 0];
  let next = (): void => {};
  const onNews = (json: Buffer): void => {
    received += 1;
    newsBytes = json.length;
    complete += 1;
    if (complete === job.watchers) {
      complete = 0;
      next();
    }
  };
  for (let index = 0; index < job.watchers; index += 1) {
    await openRawClient({ port: job.port, namespace: '/agent', auth: { protocol: 1 }, ...(job.cookie === null ? {} : { headers: { cookie: job.cookie } }), onNews }, bare);
  }
  const visitor = await openRawClient({ port: job.port, namespace: '/visitor', auth: { protocol: 1, workspace: 'demo' } }, bare);
  let send: () => void;
  if (bare) {
    // A payload of the size of the gateway's, less what the packet has around it.
    const args = JSON.stringify(['fan:out', 'x'.repeat(Math.max(1, job.payloadBytes - 20))]);
    send = () => visitor.request(args, () => {});
  } else {
    const { conversation } = await visitor.ask('conversation:start', { clientId: crypto.randomUUID(), message: { clientId: crypto.randomUUID(), text: 'Hello' } }) as { conversation: { id: string } };
    let sent = 0;
    send = () => {
      sent += 1;
      visitor.request(JSON.stringify(['message:send', { conversationId: conversation.id, clientId: `fan-${process.pid}-${sent}`, text: 'x'.repeat(100) }]), () => {});
    };
  }
  // What arrives in the beginning, presence and the first message, is not counted.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  received = 0;
  complete = 0;
  let stopped = false;
  next = () => { if (!stopped) send(); };
  const begun = performance.now();
  for (let index = 0; index < job.window; index += 1) send();
  await new Promise((resolve) => setTimeout(resolve, job.measureMs));
  stopped = true;
  return { received: received / ((performance.now() - begun) / 1_000), newsBytes };
}
