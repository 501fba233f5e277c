/**
 * Loaded into a gateway before everything else (`node --import`): at SIGUSR2 its clock jumps a day ahead, at the next a day back, and
 * so on, in all of its threads. Timers go on as they were, as they do when a machine's clock is set.
 */
import { isMainThread } from 'node:worker_threads';

const DAY_MS = 86_400_000;
const RealDate = Date;
let offset = 0;
const now = (): number => RealDate.now() + offset;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget === globalThis.Date ? target : newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver) as unknown),
});

const jumps = new BroadcastChannel('clock-jump');
jumps.onmessage = ({ data }: { data: unknown }) => { offset = data as number; };
// Node's own has this; the browser's, which the type speaks of, has not.
(jumps as unknown as { unref(): void }).unref();
if (isMainThread) {
  process.on('SIGUSR2', () => {
    offset = offset === 0 ? DAY_MS : 0;
    jumps.postMessage(offset);
  });
}
