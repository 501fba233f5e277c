/** What a fault scenario plays in: gateways as processes, what they depend on, and the bad network before them. */
import { cp } from 'node:fs/promises';
import { runCli } from '../../gateway/cli.ts';
import { addMember } from '../../gateway/operator.ts';
import { openStore, type OpenStoreOptions } from '../../gateway/store/open-store.ts';
import type { LogEntry } from './compare-logs.ts';
import { type SmallDisk, smallDisk } from './fault-disk.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Gateway, OWNER } from './gateway.ts';
import { readLog } from './read-log.ts';
import { until } from './until.ts';
import { onceARun, temporaryDirectory } from './workplace.ts';

export type WorldKind = 'pglite' | 'cluster';

export interface WorldOptions {
  seed: number;
  /** Gateways; one on PGlite. */
  gateways?: number;
  /** Keeps the data on a disk that can be filled. */
  smallDisk?: boolean;
  /** Gateways whose clocks can be made to jump. */
  jumpingClocks?: boolean;
  /** What is run instead of the gateway: a mutant. */
  program?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** A server that others depend on: Redis, Postgres. */
export interface Dependency {
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again after a kill, with what it had kept. */
  start(): Promise<void>;
  /** SIGSTOP to all of it, and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** The network between the gateways and it. */
  network: { silence(): void; cut(): void; heal(): void };
}

export interface World {
  readonly kind: WorldKind;
  readonly proxy: FaultProxy;
  readonly gateways: readonly Gateway[];
  /** One for each member who is signed in. */
  readonly cookies: readonly string[];
  readonly disk?: SmallDisk | undefined;
  readonly redis?: Dependency;
  readonly postgres?: Dependency;
  /** Stops the gateways in order. */
  stop(): Promise<void>;
  /** The log as it is stored, past all of our own code; after stop(). */
  readLog(): Promise<LogEntry[]>;
  /** What `miradesk replay` finds wrong; null when nothing; after stop(). */
  replay(): Promise<string | null>;
  /** Ends everything at once and gives back what it took. */
  discard(): Promise<void>;
}

/** As fast as people in a hurry, times many; the limits for them have tests of their own. */
const NO_LIMITS = '1000000/1000000';
/** Dead connections are noticed sooner than in ordinary life, so that a run is over sooner. */
export const ENVIRONMENT = {
  HEARTBEAT_MS: '1000', PING_INTERVAL_MS: '2000', PING_TIMEOUT_MS: '3000', CONNECT_TIMEOUT_MS: '3000',
  RATE_VISITOR_MESSAGES: NO_LIMITS, RATE_VISITOR_REQUESTS: NO_LIMITS, RATE_MEMBER_REQUESTS: NO_LIMITS,
  RATE_CONNECTIONS: NO_LIMITS, RATE_HTTP: NO_LIMITS, RATE_SIGN_IN_IP: NO_LIMITS, RATE_SIGN_IN_EMAIL: NO_LIMITS,
};

/** The second member; the first is the owner. */
const BO = { name: 'Bo', email: 'bo@kettle.example', password: 'two-minutes-too-long' };

/** Node's arguments and the program of a gateway. */
export function programOf({ program = ['gateway/server.ts'], jumpingClocks = false }: WorldOptions): string[] {
  return [...(jumpingClocks ? ['--import', './test/harness/clock-jump.ts'] : []), ...program];
}

/** Makes the second member, past the gateway. */
export async function addSecondMember(where: Pick<OpenStoreOptions, 'dataDir' | 'databaseUrl'>): Promise<void> {
  const store = await openStore(where);
  try {
    await addMember(store, { workspace: 'demo', role: 'agent', ...BO });
  } finally {
    await store.close();
  }
}

/** `miradesk replay`; null when it finds no difference. */
export async function replay(environment: Record<string, string>): Promise<string | null> {
  let said = '';
  const say = (text: string): void => { said += text; };
  const code = await runCli(['replay'], environment, { out: say, err: say });
  return code === 0 ? null : said.trim() || `replay ended with ${code}`;
}

/** Signs both members in, through the proxy. */
export async function signInBoth(proxy: FaultProxy): Promise<string[]> {
  return Promise.all([OWNER, BO].map(({ email, password }) => until(async () => {
    const response = await fetch(`${proxy.url}/api/session`, {
      method: 'POST', headers: { 'content-type': 'application/json', origin: proxy.url }, body: JSON.stringify({ email, password }),
    });
    if (!response.ok) throw new Error(`Sign-in answered ${response.status}: ${await response.text()}`);
    return response.headers.getSetCookie().map((header) => header.split(';')[0]).join('; ');
  }, { what: `${email} to sign in` })));
}

/** One gateway on the embedded database. */
export async function openPGliteWorld(options: WorldOptions): Promise<World> {
  const made = await onceARun('two-members', async (directory) => {
    const first = new Gateway({ dataDir: directory });
    await first.start();
    await first.stop();
    await addSecondMember({ dataDir: directory });
  });
  const disk = options.smallDisk ? await smallDisk(temporaryDirectory('disk'), 256) : undefined;
  const dataDir = disk ? `${disk.directory}/data` : temporaryDirectory('data');
  await cp(made, dataDir, { recursive: true });
  const gateway = new Gateway({ dataDir, env: { ...ENVIRONMENT, ...options.env }, program: programOf(options) });
  const proxy = await FaultProxy.open({ seed: options.seed, origins: () => [gateway.url] });
  const discard = async (): Promise<void> => {
    gateway.signal('SIGCONT');
    await gateway.kill();
    await proxy.close();
    await disk?.release();
  };
  try {
    await gateway.start();
    return {
      kind: 'pglite', proxy, gateways: [gateway], disk, discard,
      cookies: await signInBoth(proxy),
      stop: () => gateway.stop(),
      readLog: () => readLog(dataDir),
      replay: () => replay({ DATA_DIR: dataDir }),
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
