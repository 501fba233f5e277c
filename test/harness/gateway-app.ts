/**
 * The gateway in the test's own process, on a real store, so that tests can look at both ends of the wire. For the gateway as an operator
 * runs it, see gateway.ts.
 */
import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { nanoid } from 'nanoid';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { createApp, type App } from '../../gateway/app.ts';
import type { Assets } from '../../gateway/assets.ts';
import { filesDirOf, readConfig, type Config } from '../../gateway/config.ts';
import { diskStorage, type FileStorage } from '../../gateway/file-storage.ts';
import { createLogger } from '../../gateway/logger.ts';
import { hashPassword } from '../../gateway/passwords.ts';
import { ServedFile } from '../../gateway/served-files.ts';
import type { Store } from '../../gateway/store/store.ts';
import { WidgetSettings } from '../../shared/settings.ts';
import { openTestStore } from './store.ts';
import { until } from './until.ts';
import { temporaryDirectory } from './workplace.ts';

export const PASSWORD = 'a kettle that never boils over';

/** Small stand-ins for what the build makes; tests on the built files run elsewhere. */
export const ASSETS: Assets = {
  loader: `(function(MIRADESK_SETTINGS){window.loaded=MIRADESK_SETTINGS;/*${'loader '.repeat(200)}*/})`,
  panel: 'assets/panel-AAAA1111.js',
  widget: new Map([['assets/panel-AAAA1111.js', new ServedFile('panel.js', Buffer.from(`export const panel = ${JSON.stringify('panel '.repeat(200))};`))]]),
  migrate: new Map([['intercom.js', new ServedFile('intercom.js', Buffer.from('window.Intercom = () => {};'))]]),
  console: new Map([
    ['index.html', new ServedFile('index.html', Buffer.from(`<!doctype html><title>Inbox</title>${'<p>inbox</p>'.repeat(100)}`))],
    ['assets/main-BBBB2222.js', new ServedFile('main.js', Buffer.from('export {};'))],
  ]),
  demo: new Map([['index.html', new ServedFile('index.html', Buffer.from('<!doctype html><title>Shop</title><script async src="/w/demo.js"></script>'))]]),
};

/** The acknowledgement of a request. */
export type Answer = { ok: true; data: any } | { ok: false; error: { code: string; message: string; retryAfterMs?: number; details?: Record<string, unknown> } };

/** A connected (or refused) client: what it was told, and what it can ask. */
export class Client {
  readonly socket: Socket;
  /** All news in the order of arrival. */
  readonly news: Array<{ event: string; payload: any }> = [];
  /** `data` of the last connect_error. */
  refusal: { code: string; message: string; retryAfterMs?: number; details?: Record<string, unknown> } | undefined;
  /** What connect_error said, each time. */
  readonly errors: string[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((event: string, payload: unknown) => this.news.push({ event, payload }));
    socket.on('connect_error', (error: Error & { data?: Client['refusal'] }) => {
      this.errors.push(error.message);
      this.refusal = error.data;
    });
  }

  /** Payloads of all news of one name, so far. */
  heard(event: string): any[] {
    return this.news.filter((one) => one.event === event).map(({ payload }) => payload);
  }

  /** Resolves with session:started. Rejects when the handshake is refused. */
  async started(): Promise<any> {
    return until(() => {
      if (this.refusal) throw new Error(`refused: ${this.refusal.code}`);
      return this.heard('session:started')[0];
    }, { what: 'session:started' });
  }

  /** Resolves with the refusal of the handshake. */
  async refused(): Promise<NonNullable<Client['refusal']>> {
    return until(() => this.refusal, { what: 'connect_error' });
  }

  /** Resolves with the first news of this name that fits. */
  async hears(event: string, fits: (payload: any) => boolean = () => true): Promise<any> {
    return until(() => this.heard(event).find(fits), { what: event });
  }

  async ask(event: string, ...args: unknown[]): Promise<Answer> {
    return await this.socket.timeout(10_000).emitWithAck(event, ...args) as Answer;
  }

  /** The data of a request that has to succeed. */
  async does(event: string, payload: unknown): Promise<any> {
    const answer = await this.ask(event, payload);
    if (!answer.ok) throw new Error(`${event}: ${answer.error.code}`);
    return answer.data;
  }

  /** The code of a request that has to be refused. */
  async fails(event: string, payload: unknown): Promise<string> {
    const answer = await this.ask(event, payload);
    return answer.ok ? 'ok' : answer.error.code;
  }
}

export interface TestWorkspace {
  id: string;
  owner: { id: string; name: string; email: string };
}

export interface TestGateway {
  app: App;
  store: Store;
  url: string;
  port: number;
  /** Everything that was logged, as text. */
  log(): string;
  /** A workspace of its own for a test, with an owner who can sign in with PASSWORD. */
  workspace(change?: { allowedOrigins?: string[]; name?: string }): Promise<TestWorkspace>;
  /** One more member of it. */
  member(workspace: TestWorkspace, name: string): Promise<{ id: string; name: string; email: string }>;
  /** The Cookie header of a member who signed in. */
  signIn(workspace: TestWorkspace, email?: string): Promise<string>;
  /** A socket that connects as it is told. */
  connect(namespace: string, options?: Partial<ManagerOptions & SocketOptions>): Client;
  visitor(workspace: TestWorkspace, token?: string, options?: Partial<ManagerOptions & SocketOptions>): Promise<Client & { token: string; visitorId: string }>;
  agent(workspace: TestWorkspace, cookie?: string): Promise<Client>;
  close(): Promise<void>;
}

let passwordHash: Promise<string> | undefined;

/**
 * Starts a gateway on a free port. `env`: settings as in the environment. `wrap` puts something between the gateway and its store, to
 * inject faults; `store` uses one that is there already (and leaves it open).
 */
export async function startTestGateway(options: { env?: Record<string, string>; wrap?: (store: Store) => Store; store?: Store; storage?: FileStorage; assets?: Assets } = {}): Promise<TestGateway> {
  const config: Config = readConfig({ PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'trace', FILES_DIR: temporaryDirectory('files'), ...options.env });
  const opened = options.store ? { store: options.store, close: async () => {} } : await openTestStore();
  const { store } = opened;
  const lines: string[] = [];
  const logger = createLogger(config.logLevel, new PassThrough().on('data', (chunk: Buffer) => lines.push(chunk.toString())));
  const app = await createApp({ config, store: options.wrap?.(store) ?? store, storage: options.storage ?? diskStorage(filesDirOf(config)), assets: options.assets ?? ASSETS, logger });
  const { port } = await app.listen();
  const url = `http://127.0.0.1:${port}`;
  const clients: Client[] = [];

  async function addMember(workspaceId: string, name: string, role: 'owner' | 'agent') {
    passwordHash ??= hashPassword(PASSWORD);
    const member = { id: nanoid(), name, email: `${name.toLowerCase()}@${workspaceId}.example`, role };
    await store.addMember(workspaceId, { ...member, passwordHash: await passwordHash });
    return member;
  }

  const gateway: TestGateway = {
    app, store, url, port,
    log: () => lines.join(''),
    async workspace({ allowedOrigins = ['*'], name = 'Kettle & Co' } = {}) {
      const id = `ws-${randomBytes(6).toString('hex')}`;
      await store.createWorkspace({ id, name, settings: WidgetSettings.parse({}), allowedOrigins, tokenSecret: randomBytes(32).toString('base64url') });
      return { id, owner: await addMember(id, 'Olive', 'owner') };
    },
    member: (workspace, name) => addMember(workspace.id, name, 'agent'),
    async signIn(workspace, email = workspace.owner.email) {
      const response = await fetch(`${url}/api/session`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ workspace: workspace.id, email, password: PASSWORD }),
      });
      if (!response.ok) throw new Error(`Sign-in answered ${response.status}: ${await response.text()}`);
      return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    },
    connect(namespace, clientOptions = {}) {
      const client = new Client(io(`${url}${namespace}`, { forceNew: true, transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 100, ...clientOptions }));
      clients.push(client);
      return client;
    },
    async visitor(workspace, token, clientOptions = {}) {
      // As a client does it: every connection with the newest token.
      const auth = (tell: (auth: object) => void): void => tell({ protocol: 1, workspace: workspace.id, token: client.heard('session:started').at(-1)?.token ?? token });
      const client = gateway.connect('/visitor', { auth, ...clientOptions });
      const session = await client.started();
      return Object.assign(client, { token: session.token as string, visitorId: session.visitorId as string });
    },
    async agent(workspace, cookie) {
      const client = gateway.connect('/agent', { auth: { protocol: 1 }, extraHeaders: { cookie: cookie ?? await gateway.signIn(workspace) } });
      await client.started();
      return client;
    },
    async close() {
      for (const { socket } of clients) socket.disconnect();
      await app.close();
      await opened.close();
    },
  };
  return gateway;
}

/** A name for something a client sends. */
export function name(): string {
  return nanoid();
}

/** Starts a conversation with one message; answers its id. */
export async function startConversation(visitor: Client, text = 'Do you ship to Norway?'): Promise<string> {
  const { conversation } = await visitor.does('conversation:start', { clientId: name(), message: { clientId: name(), text } });
  return conversation.id as string;
}
