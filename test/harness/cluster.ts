/** Several gateways, each a process of its own, on one Postgres and, if wanted, one Redis, with people on any of them. */
import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import { addMember } from '../../gateway/operator.ts';
import { openStore } from '../../gateway/store/open-store.ts';
import { Gateway, OWNER, type Session } from './gateway.ts';
import { Client } from './gateway-app.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import { startRedis, type Redis } from './redis.ts';
import { Relay } from './relay.ts';
import { until } from './until.ts';
import { temporaryDirectory } from './workplace.ts';

/** Tests are people in a hurry; the limits for them have tests of their own. */
const NO_LIMITS = '1000000/1000000';
const ENVIRONMENT = {
  RATE_VISITOR_MESSAGES: NO_LIMITS, RATE_VISITOR_REQUESTS: NO_LIMITS, RATE_MEMBER_REQUESTS: NO_LIMITS,
  RATE_CONNECTIONS: NO_LIMITS, RATE_HTTP: NO_LIMITS, RATE_SIGN_IN_IP: NO_LIMITS,
  // What the gateways owe, no heartbeat of a client shall make good for.
  HEARTBEAT_MS: '600000',
};

export interface ClusterOptions {
  gateways: number;
  /** False: the gateways have only the database in common. */
  redis?: boolean;
  /** Each gateway reaches Redis through a relay of its own, which can go silent. */
  relays?: boolean;
  env?: Record<string, string>;
}

/** A visitor who wrote already. */
export interface ClusterVisitor extends Client { token: string; visitorId: string }

export class Cluster {
  readonly gateways: Gateway[];
  readonly postgres: Postgres;
  readonly relays: readonly Relay[];
  readonly databaseUrl: string;
  readonly #redis: Redis | undefined;
  readonly #clients: Client[] = [];

  constructor(parts: { gateways: Gateway[]; postgres: Postgres; redis: Redis | undefined; relays: Relay[]; databaseUrl: string }) {
    this.gateways = parts.gateways;
    this.postgres = parts.postgres;
    this.relays = parts.relays;
    this.databaseUrl = parts.databaseUrl;
    this.#redis = parts.redis;
  }

  get redis(): Redis {
    if (!this.#redis) throw new Error('This cluster has no Redis');
    return this.#redis;
  }

  gateway(index: number): Gateway {
    const gateway = this.gateways[index];
    if (!gateway) throw new Error(`There is no gateway ${index}`);
    return gateway;
  }

  /** A client of a gateway (0: the first), which stays with it. */
  connect(index: number, namespace: string, options: Partial<ManagerOptions & SocketOptions>): Client {
    const client = new Client(io(`${this.gateway(index).url}${namespace}`, { forceNew: true, transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 100, ...options }));
    this.#clients.push(client);
    return client;
  }

  async visitor(index: number, token?: string): Promise<ClusterVisitor> {
    const auth = (tell: (auth: object) => void): void => tell({ protocol: 1, workspace: 'demo', token: client.heard('session:started').at(-1)?.token ?? token });
    const client = this.connect(index, '/visitor', { auth });
    const session = await client.started();
    return Object.assign(client, { token: session.token as string, visitorId: session.visitorId as string });
  }

  /** A window of a member; of the owner, when nobody is named. */
  async agent(index: number, session?: Session): Promise<Client> {
    const { cookie } = session ?? await this.owner();
    const client = this.connect(index, '/agent', { auth: { protocol: 1 }, extraHeaders: { cookie } });
    await client.started();
    return client;
  }

  /** The owner's session, which is good at every gateway. */
  owner(): Promise<Session> {
    return this.gateway(0).session();
  }

  /** One more member, signed in. */
  async member(name: string): Promise<Session> {
    const email = `${name.toLowerCase()}@kettle.example`;
    const store = await openStore({ dataDir: '', databaseUrl: this.databaseUrl });
    try {
      await addMember(store, { workspace: 'demo', name, email, role: 'agent', password: OWNER.password });
    } finally {
      await store.close();
    }
    return this.gateway(0).signIn({ email, password: OWNER.password });
  }

  /** What a gateway's /readyz says: `ready`, `degraded`, `database unavailable`. */
  async health(index: number): Promise<string> {
    const response = await fetch(`${this.gateway(index).url}/readyz`);
    return ((await response.json()) as { status: string }).status;
  }

  /** Until these gateways (all, when none is named) say so. */
  async are(status: string, indexes: readonly number[] = this.gateways.map((_, index) => index)): Promise<void> {
    await until(async () => (await Promise.all(indexes.map((index) => this.health(index)))).every((found) => found === status), { what: `gateways ${indexes.join(', ')} to be ${status}` });
  }

  /** Ends the clients of a test, so that the next finds nobody. */
  disconnect(): void {
    for (const { socket } of this.#clients.splice(0)) socket.disconnect();
  }

  async stop(): Promise<void> {
    this.disconnect();
    for (const gateway of this.gateways) gateway.signal('SIGCONT');
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await Promise.all([this.postgres.stop(), this.#redis?.kill(), ...this.relays.map((relay) => relay.stop())]);
  }

  /** What all of them logged, for the report of a failed test. */
  get log(): string {
    return this.gateways.map((gateway, index) => `gateway ${index}:\n${gateway.stderr.slice(-4_000)}`).join('\n');
  }
}

/** Starts all of it. The caller stops it. */
export async function startCluster({ gateways: count, redis: wanted = true, relays: relayed = false, env = {} }: ClusterOptions): Promise<Cluster> {
  const [postgres, redis] = await Promise.all([startPostgres(), wanted ? startRedis() : undefined]);
  const databaseUrl = await postgres.createDatabase();
  const filesDir = temporaryDirectory('files');
  const relays: Relay[] = [];
  const gateways: Gateway[] = [];
  const cluster = new Cluster({ gateways, postgres, redis, relays, databaseUrl });
  try {
    for (let index = 0; index < count; index += 1) {
      let redisUrl = redis?.url ?? '';
      if (redis && relayed) {
        const relay = await Relay.start({ port: redis.port });
        relays.push(relay);
        redisUrl = `redis://127.0.0.1:${relay.port}`;
      }
      gateways.push(new Gateway({ env: { ...ENVIRONMENT, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, FILES_DIR: filesDir, ...env } }));
    }
    await Promise.all(gateways.map((gateway) => gateway.start()));
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
