/**
 * Socket.IO's Redis Streams adapter over our own link (redis-link.ts). What the adapter takes for a Redis client is a stand-in that hands
 * its entries to the link and gives it those of the others; so the adapter cannot wait for Redis, pile up commands, or read past something.
 *
 * Streams rather than the sharded pub/sub adapter: a reader that was away for a moment goes on where it was, while a subscriber has lost what
 * was published meanwhile and does not even know; and streams belong to one database of a Redis, channels to all of it.
 */
import { createAdapter } from '@socket.io/redis-streams-adapter';
import type { Namespace } from 'socket.io';
import { Adapter, MessageType } from 'socket.io-adapter';
import type { Field } from './redis-link.ts';
import { entryIdOf, type Told } from './told.ts';

/** Reads until they are answered; the adapter asks for one after the other. */
type Waiting = (answer: Answer | null) => void;
type Answer = Array<[stream: string, entries: Array<[id: string, fields: string[]]>]>;

/** A packet of Socket.IO on its way to a room. */
interface Packet { data?: unknown[] }
interface Options { rooms: Set<string>; except?: Set<string>; flags?: { local?: boolean } }

/** What is used here of the adapter it makes. */
interface ClusterAdapter {
  broadcast(packet: Packet, options: Options): void;
  onMessage(message: { type: MessageType; data?: { packet?: Packet } }, offset: string): void;
  publish(message: object): void;
}

export interface RedisAdapter {
  /** For `io.adapter()`. */
  factory: typeof Adapter;
  /** Takes in what another gateway published, if it is for this adapter. */
  take(field: Field): void;
}

/** Marks the names of this adapter's fields; others publish over the same link. */
const MARK = 'io ';
const STREAM = 'io';
/** Places in the stream are the link's matter. */
const ID = '0-1';

export function createRedisAdapter(publish: (field: Field) => void, told: Told): RedisAdapter {
  const adapters = new Map<string, Adapter>();
  /** Where what is being published goes, and which entry it tells; stands in the field's name, so that gateways with nobody there need not read the rest. */
  let about = ' ';
  let waiting: Waiting | undefined;
  let arrived: Array<[id: string, fields: string[]]> = [];

  /** Answers as ioredis does, as far as the adapter asks. */
  const client = {
    options: {},
    duplicate: () => client,
    on: () => client,
    xadd(args: string[]): Promise<string> {
      const fields = args.slice(args.indexOf('*') + 1);
      const message: Record<string, string> = {};
      for (let index = 0; index + 1 < fields.length; index += 2) message[fields[index] ?? ''] = fields[index + 1] ?? '';
      publish([`${MARK}${message.uid} ${message.type} ${message.nsp} ${about}`, message.data ?? '']);
      return Promise.resolve(ID);
    },
    xread(): Promise<Answer | null> {
      if (arrived.length > 0) return Promise.resolve(take());
      return new Promise((resolve) => { waiting = resolve; });
    },
    // Requests that want answers of the other gateways would come this way; nothing here makes any.
    subscribe: () => Promise.resolve(),
    publish: () => Promise.resolve(0),
    disconnect(): void {
      waiting?.(null);
      waiting = undefined;
    },
  };

  function take(): Answer {
    const entries = arrived;
    arrived = [];
    return [[STREAM, entries]];
  }

  const create = createAdapter(client, { streamName: STREAM, onlyPlaintext: true }) as (namespace: Namespace) => Adapter;

  // Called with `new`, so it is no arrow function.
  function factory(namespace: Namespace): Adapter {
    // The others are there to be refused (unknown-namespaces.ts), and no gateway need hear of them.
    if (namespace.name !== '/visitor' && namespace.name !== '/agent') return new Adapter(namespace);
    const adapter = create(namespace);
    adapters.set(namespace.name, adapter);
    const close = adapter.close.bind(adapter);
    adapter.close = () => {
      adapters.delete(namespace.name);
      return close();
    };
    const cluster = adapter as unknown as ClusterAdapter;
    const receive = cluster.onMessage.bind(adapter);
    // The adapter would tell the others first, and then those who are here.
    cluster.broadcast = (packet, options) => {
      // Another gateway may have been quicker to tell it (gateways.ts, tellRepeated).
      if (!told.note(namespace.name, packet.data)) return;
      Adapter.prototype.broadcast.call(adapter, packet, options as never);
      if (options.flags?.local) return;
      about = `${[...options.rooms].join(',')} ${entryIdOf(packet.data)}`;
      cluster.publish({ type: MessageType.BROADCAST, data: { packet, opts: { rooms: [...options.rooms], except: [...(options.except ?? [])], flags: options.flags } } });
      about = ' ';
    };
    cluster.onMessage = (message, offset) => {
      // While they did not come through, the database was asked for them.
      if (message.type === MessageType.BROADCAST && !told.note(namespace.name, message.data?.packet?.data)) return;
      receive(message, offset);
    };
    return adapter;
  }

  return {
    factory: factory as unknown as typeof Adapter,
    take([name, value]) {
      if (!name.startsWith(MARK)) return;
      const [uid = '', type = '', nsp = '', to = '', entryId = ''] = name.slice(MARK.length).split(' ');
      const here = adapters.get(nsp)?.rooms;
      if (!here || (to !== '' && !to.split(',').some((room) => here.has(room)))) {
        // Whoever comes later has it from the log.
        if (entryId !== '') told.noteEntry(nsp, entryId);
        return;
      }
      arrived.push([ID, ['uid', uid, 'nsp', nsp, 'type', type, ...(value ? ['data', value] : [])]]);
      const resolve = waiting;
      if (!resolve) return;
      waiting = undefined;
      // With all that came in the same read.
      queueMicrotask(() => resolve(take()));
    },
  };
}
