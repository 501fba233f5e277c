/** Packets of one turn leave in one piece. */
import { expect, it } from 'vitest';
import { gatherWrites } from '../gateway/gathered-writes.ts';

function connection() {
  const done: string[] = [];
  const buffer: string[] = [];
  const it = {
    done,
    transport: { socket: { _socket: { cork: () => void done.push('cork'), uncork: () => void done.push('uncork') } } },
    flush(): void { done.push(buffer.splice(0).join('+')); },
    send(packet: string): void {
      buffer.push(packet);
      it.flush();
    },
  };
  return it;
}

it('sends what arises in one turn together, in order, and what comes later by itself', async () => {
  const one = connection();
  gatherWrites(one);
  one.send('acknowledgement');
  one.send('news');
  expect(one.done).toEqual([]);
  await Promise.resolve();
  expect(one.done).toEqual(['cork', 'acknowledgement+news', 'uncork']);
  one.send('more');
  await Promise.resolve();
  expect(one.done.slice(3)).toEqual(['cork', 'more', 'uncork']);
});

it('works where there is no network socket to hold, and leaves alone what cannot flush', async () => {
  const polling = { ...connection(), transport: {} };
  gatherWrites(polling);
  polling.flush();
  await Promise.resolve();
  expect(polling.done).toEqual(['']);
  expect(() => gatherWrites({ transport: {} })).not.toThrow();
});
