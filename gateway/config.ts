/**
 * The gateway's settings: one list, from which the environment is read, `--help` is printed and docs/operations.md is checked.
 */
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { HEARTBEAT_MS } from '../shared/limits.ts';
import { isOriginPattern } from '../shared/origins.ts';
import { SSL_MODES } from './store/postgres-address.ts';

/** How much at once, and how much more every second. */
export interface Rate { burst: number; perSecond: number }

interface Setting<S extends z.ZodType = z.ZodType, D extends string | null = string | null> {
  name: string;
  /** The text that stands for it when the environment has none; null: it stays unset. */
  default: D;
  /** What it wants, for the message about a wrong value: "wants …". */
  wants: string;
  sentence: string;
  /** From the environment's text to the value. */
  schema: S;
  /** Its value is never shown. */
  secret: boolean;
}

function setting<S extends z.ZodType, D extends string | null>(name: string, standard: D, wants: string, sentence: string, schema: S, secret = false): Setting<S, D> {
  return { name, default: standard, wants, sentence, schema, secret };
}

function whole(from: number, to: number) {
  return z.string().regex(/^\d{1,12}$/).transform(Number).pipe(z.int().min(from).max(to));
}

function list(item: z.ZodType<string, string>) {
  return z.string().transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean)).pipe(z.array(item));
}

const rate = z.string().regex(/^\d{1,9}\/\d{1,9}(\.\d{1,6})?$/)
  .transform((text): Rate => ({ burst: Number(text.split('/')[0]), perSecond: Number(text.split('/')[1]) }))
  .refine(({ burst, perSecond }) => burst >= 1 && perSecond > 0);

function rateSetting(name: string, standard: string, sentence: string) {
  return setting(name, standard, 'BURST/PER_SECOND, such as 30/5', sentence, rate);
}

const url = z.url({ protocol: /^https?$/ }).transform((text) => new URL(text)).refine(({ pathname, search, hash }) => pathname === '/' && search + hash === '');
const databaseUrl = z.string().refine((text) => URL.canParse(text) && /^postgres(?:ql)?:$/.test(new URL(text).protocol)
  && ['', ...SSL_MODES].includes(new URL(text).searchParams.get('sslmode') ?? ''));
const redisUrl = z.string().refine((text) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol) && /^\/?\d{0,9}$/.test(new URL(text).pathname));
const origins = list(z.string().refine(isOriginPattern)).refine((patterns) => patterns.length > 0);
const proxy = z.string().refine((text) => {
  const [address = '', bits = '0', ...rest] = text.split('/');
  return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 6 ? 128 : 32) && isIP(address) !== 0;
});

/** Every setting. The order is the order in which people read them. */
export const SETTINGS = {
  port: setting('PORT', '3000', 'a whole number from 0 to 65535', 'Port to listen on; 0 takes any free one.', whole(0, 65_535)),
  host: setting('HOST', null, 'an address or host name', 'Address to listen on; all of the machine\'s when it is not set.', z.string().max(255)),
  dataDir: setting('DATA_DIR', '.data', 'a directory', 'Directory of the embedded database, which is used when neither DATABASE_URL nor SUPABASE_URL is set. One process at a time can use it.', z.string()),
  filesDir: setting('FILES_DIR', null, 'a directory', 'Directory of the files that people send; `files` in DATA_DIR when it is not set. Gateways that share a database have to share it.', z.string()),
  filesBucket: setting('FILES_BUCKET', null, 'lower-case letters, digits, dots and hyphens, at most 63', 'Private bucket of the Supabase project to keep these files in instead; made when it is not there.', z.string().regex(/^[a-z0-9][a-z0-9.-]{2,62}$/)),
  databaseUrl: setting('DATABASE_URL', null, 'an address such as postgresql://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full', 'PostgreSQL server to keep everything on; any number of gateways can share it.', databaseUrl, true),
  databaseCaFile: setting('DATABASE_CA_FILE', null, 'a file', 'Certificates (PEM) of the authority that vouches for that server, when it is not one that everybody knows.', z.string()),
  databasePool: setting('DATABASE_POOL', '10', 'a whole number from 1 to 1000', 'Most connections of this gateway to that server.', whole(1, 1_000)),
  databasePrepare: setting('DATABASE_PREPARE', 'on', 'on or off', 'Whether statements are prepared; off behind a pooler that gives every transaction another connection (PgBouncer in transaction mode).', z.enum(['on', 'off']).transform((text) => text === 'on')),
  databaseTimeoutMs: setting('DATABASE_TIMEOUT_MS', '5000', 'a whole number from 100 to 600000', 'How long the database may take to answer a call before clients are told that it is unavailable, in milliseconds.', whole(100, 600_000)),
  supabaseUrl: setting('SUPABASE_URL', null, 'an address such as https://PROJECT.supabase.co, without a path', 'Supabase project to keep everything on, reached over HTTPS; any number of gateways can share it.', url),
  supabaseSecretKey: setting('SUPABASE_SECRET_KEY', null, 'the secret key (sb_secret_…, or the older service_role key)', 'Secret key of that project.', z.string().regex(/^[\x21-\x7e]{1,4096}$/), true),
  redisUrl: setting('REDIS_URL', null, 'an address such as redis://USER:PASSWORD@HOST:6379/0 or rediss://…', 'Redis (6.2 or later) over which several gateways on one database hear from each other at once.', redisUrl, true),
  publicUrl: setting('PUBLIC_URL', null, 'an address such as https://chat.example.com, without a path', 'Where people reach the gateway, when that is not what their browser\'s Host header says. With https, cookies are marked Secure.', url),
  ownerEmail: setting('MIRADESK_OWNER_EMAIL', 'owner@example.com', 'an e-mail address', 'E-mail of the first owner; read when the workspace has no members yet.', z.email().max(254)),
  ownerPassword: setting('MIRADESK_OWNER_PASSWORD', null, 'from 8 to 1000 characters', 'Password of the first owner; when it is not set, one is made and printed once.', z.string().min(8).max(1_000), true),
  workspace: setting('MIRADESK_WORKSPACE', 'demo', 'lower-case letters, digits and hyphens, at most 64', 'Id of the workspace that is made on the first start.', z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  allowedOrigins: setting('MIRADESK_ALLOWED_ORIGINS', null, 'origins such as https://shop.example, https://*.shop.example or *, with commas between', 'Websites that may use the widget of that workspace. Replaces what is stored, at every start; when it is not set, a new workspace allows all (`*`).', origins),
  logLevel: setting('LOG_LEVEL', 'info', 'one of fatal, error, warn, info, debug, trace, silent', 'Least important lines that are logged.', z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])),
  trustProxy: setting('TRUST_PROXY', '', 'IP addresses or networks such as 10.0.0.0/8, with commas between', 'Proxies whose X-Forwarded-For, -Host and -Proto headers are believed.', list(proxy)),
  metricsToken: setting('METRICS_TOKEN', null, 'from 16 to 1000 visible characters of ASCII', 'Who names it may read /metrics (`Authorization: Bearer TOKEN`); when it is not set, only programs on the same machine may.', z.string().regex(/^[\x21-\x7e]{16,1000}$/), true),
  sessionDays: setting('SESSION_DAYS', '14', 'a whole number from 1 to 365', 'Days until a member has to sign in again.', whole(1, 365)),
  heartbeatMs: setting('HEARTBEAT_MS', String(HEARTBEAT_MS), 'a whole number from 100 to 600000', 'How often clients are told to ask for what they missed, in milliseconds.', whole(100, 600_000)),
  pingIntervalMs: setting('PING_INTERVAL_MS', '25000', 'a whole number from 50 to 600000', 'How often a connection is tried by the gateway, in milliseconds.', whole(50, 600_000)),
  pingTimeoutMs: setting('PING_TIMEOUT_MS', '20000', 'a whole number from 50 to 600000', 'How long it waits for the answer before it gives the connection up, in milliseconds.', whole(50, 600_000)),
  connectTimeoutMs: setting('CONNECT_TIMEOUT_MS', '10000', 'a whole number from 50 to 600000', 'How long a connection may take to enter a namespace, in milliseconds.', whole(50, 600_000)),
  rateVisitorMessages: rateSetting('RATE_VISITOR_MESSAGES', '30/5', 'Messages of one visitor: at once, and more per second.'),
  rateVisitorRequests: rateSetting('RATE_VISITOR_REQUESTS', '60/20', 'Other requests of one visitor.'),
  rateMemberRequests: rateSetting('RATE_MEMBER_REQUESTS', '200/50', 'Requests of one member over all their windows.'),
  rateFiles: rateSetting('RATE_FILES', '20/0.2', 'Files that one visitor or member uploads; from one IP address three times as many, and a hundred times as many that are fetched.'),
  rateConnections: rateSetting('RATE_CONNECTIONS', '600/60', 'New connections from one IP address (or IPv6 /64).'),
  rateHttp: rateSetting('RATE_HTTP', '300/10', 'HTTP requests under /api/ from one IP address.'),
  rateSignInEmail: rateSetting('RATE_SIGN_IN_EMAIL', '10/0.02', 'Failed sign-ins with one e-mail address.'),
  rateSignInIp: rateSetting('RATE_SIGN_IN_IP', '30/0.2', 'Failed sign-ins from one IP address.'),
  rateIdentity: rateSetting('RATE_IDENTITY', '30/0.5', 'Visitors\' identities that prove to be wrong, from one IP address.'),
} as const satisfies Record<string, Setting>;

type Settings = typeof SETTINGS;
/** What the gateway runs with. A setting that has neither value nor default is null. */
export type Config = { [K in keyof Settings]: z.output<Settings[K]['schema']> | (Settings[K]['default'] extends null ? null : never) };

/** All that is wrong with the environment, a line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Reads the settings. An empty variable counts as not set. Throws ConfigError with everything that is wrong. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const values = Object.entries(SETTINGS).map(([key, one]: [string, Setting]) => {
    const text = environment[one.name] || one.default;
    if (text === null) return [key, null];
    const result = one.schema.safeParse(text);
    if (!result.success) problems.push(`${one.name} ${one.secret ? 'is not right' : `is "${text}"`}; it wants ${one.wants}.`);
    return [key, result.data];
  });
  const given = (one: Setting): boolean => Boolean(environment[one.name]);
  const { databaseUrl: postgres, supabaseUrl, supabaseSecretKey } = SETTINGS;
  if (given(postgres) && (given(supabaseUrl) || given(supabaseSecretKey))) {
    problems.push('DATABASE_URL and SUPABASE_URL are both set, and only one of them can be where everything is kept. Leave the other one out, with SUPABASE_SECRET_KEY.');
  } else if (given(supabaseUrl) !== given(supabaseSecretKey)) {
    const [there, missing] = given(supabaseUrl) ? [supabaseUrl, supabaseSecretKey] : [supabaseSecretKey, supabaseUrl];
    problems.push(`${there.name} is set, but ${missing.name} is not; both are needed.`);
  }
  if (given(SETTINGS.filesBucket) && !given(supabaseUrl)) problems.push('FILES_BUCKET is set, but SUPABASE_URL is not: the bucket is one of that project.');
  if (given(SETTINGS.redisUrl) && !given(postgres) && !given(supabaseUrl)) {
    problems.push('REDIS_URL is set, but neither DATABASE_URL nor SUPABASE_URL is: only gateways that share a database can work together.');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(values) as Config;
}

/** Where files are kept. */
export function filesDirOf({ filesDir, dataDir }: Pick<Config, 'filesDir' | 'dataDir'>): string {
  return filesDir ?? join(dataDir, 'files');
}

/** What `--help` prints about the environment. */
export function describeSettings(): string {
  const all: Setting[] = Object.values(SETTINGS);
  const width = Math.max(...all.map(({ name }) => name.length)) + 2;
  return all.map(({ name, default: standard, sentence }) => `  ${name.padEnd(width)}${sentence}${standard ? ` Default: ${standard}` : ''}`).join('\n');
}
