/** Connections that do nothing: how much memory each costs the server. */
import { bytesInUse } from './inspect.ts';
import { openRawClient } from './raw-client.ts';

export interface IdleJob {
  kind: 'idle';
  port: number;
  /** Address of the server's inspector. */
  inspector: string;
  /** True for the bare server, which starts no session. */
  bare: boolean;
  connections: number;
}

export interface IdleResult { connected: number; bytesEach: number }

/** So many handshakes at a time. */
const AT_ONCE = 200;

export async function measureIdle({ port, inspector, bare, connections }: IdleJob): Promise<IdleResult> {
  const open = () => openRawClient({ port, namespace: '/visitor', auth: { protocol: 1, workspace: 'demo' } }, bare);
  // The first ones pay for what all share.
  await Promise.all(Array.from({ length: AT_ONCE }, open));
  const before = await bytesInUse(inspector);
  let connected = 0;
  while (connected < connections) {
    const batch = Math.min(AT_ONCE, connections - connected);
    await Promise.all(Array.from({ length: batch }, open));
    connected += batch;
  }
  return { connected: connected + AT_ONCE, bytesEach: (await bytesInUse(inspector) - before) / connected };
}
