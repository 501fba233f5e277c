#!/usr/bin/env node
/** The gateway as a process: reads the settings, opens what they ask for, starts the application, and stops it in order. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { App } from './app.ts';
import { readAssets, type Assets } from './assets.ts';
import { describeSettings, filesDirOf, readConfig, type Config } from './config.ts';
import { ensureFirstWorkspace, type NewOwner } from './first-workspace.ts';
import type { FileStorage } from './file-storage.ts';
import { createLogger, type Logger } from './logger.ts';
import { explainStartProblem } from './start-problems.ts';
import { databaseKind, openStore } from './store/open-store.ts';
import { findSeed } from './store/seed.ts';
import type { Store } from './store/store.ts';
import { createTerminal } from './terminal.ts';
import { snippetOf } from './workspace-settings.ts';

const ROOT = join(import.meta.dirname, '..');
/** A graceful stop that takes longer is no stop; supervisors lose patience at ten seconds. */
const STOP_MS = 4_800;
/** Gateway and database are often started together; so long a start waits for a database that is not there yet. */
const DATABASE_PATIENCE_MS = 15_000;

const HELP = `MiraDesk: serves the chat widget, the inbox and the demo, and keeps the conversations.

Usage: npm start                     build, then serve
       node gateway/server.ts        serve what is built
       node gateway/server.ts --help

Options:
  --build   build the widget and the console first
  --help    this text

Settings (environment variables):
${describeSettings()}

docs/operations.md says more.`;

const terminal = createTerminal(process.stdout);
// Whoever reads along may go away; that is no reason to stop.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

let config: Config | null = null;
try {
  const options = readOptions();
  if (!options) {
    terminal.say(`There is no such option. These exist:\n\n${HELP}`);
    process.exitCode = 1;
  } else if (options.help) terminal.say(HELP);
  else {
    config = readConfig(process.env);
    await serve(config, options);
  }
} catch (error) {
  const sentence = explainStartProblem(error, config);
  if (sentence !== null) terminal.say(sentence);
  else {
    createLogger('info').fatal({ err: error }, 'the start failed');
    terminal.say(`MiraDesk could not start${error instanceof Error ? `: ${error.message}` : ''}`);
  }
  process.exit(1);
}

/** Null when there is an option nobody knows. */
function readOptions(): { build: boolean; help: boolean } | null {
  try {
    return parseArgs({ options: { build: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } }).values;
  } catch {
    return null;
  }
}

async function serve(settings: Config, { build }: { build: boolean }): Promise<void> {
  process.umask(0o077); // what is kept is for this user alone
  // Somebody who watches a terminal wants to be told what is wrong, not all that happens.
  const logger = createLogger(process.stderr.isTTY && !process.env.LOG_LEVEL ? 'warn' : settings.logLevel);
  const fail = (error: unknown): void => {
    logger.fatal({ err: error }, 'ended by a fault');
    process.exit(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  // The database is opened in another thread or process, which takes most of a start; all that can be done meanwhile is.
  let said = '';
  let note = (message: string): void => { said = message; };
  const built = build ? null : await readAssets(ROOT, settings.workspace);
  const opening = openStore({
    ...settings,
    seed: await findSeed(),
    patienceMs: DATABASE_PATIENCE_MS,
    onProgress: (message) => note(message),
    onCrash: (error) => logger.error({ err: error }, 'the database stopped; it is being started again'),
    onLost: (error) => {
      terminal.say(error.message);
      logger.fatal({ err: error }, 'the data folder was lost');
      process.exit(1);
    },
  });
  opening.catch(() => {}); // told when it is waited for
  import('./app.ts').catch(() => {}); // startApp waits for it
  const assets = built ?? await buildAssets(settings).catch(async (error: unknown) => {
    await opening.then((store) => store.close(), () => {});
    throw error;
  });
  const store = await terminal.step('Preparing the database', (show) => {
    note = show;
    if (said !== '') show(said);
    return opening;
  });
  const started = await startApp(settings, store, assets, logger);
  stopOnSignals(started.app, store, logger);
  logger.info({ port: started.port }, 'ready');
  terminal.say(welcome(settings, started));
}

async function buildAssets(settings: Config): Promise<Assets> {
  await terminal.step('Building widget and console', async () => {
    // Imported only here: a gateway that serves what is built needs no builder.
    const { build } = await import('../esbuild.config.mjs');
    await build();
  });
  return readAssets(ROOT, settings.workspace);
}

interface Started { app: App; port: number; owner: NewOwner | null }

async function startApp(settings: Config, store: Store, assets: Awaited<ReturnType<typeof readAssets>>, logger: Logger): Promise<Started> {
  try {
    const owner = await ensureFirstWorkspace(store, settings);
    const untold = tellPasswordAtAnEnd(owner);
    // An embedded database belongs to one gateway.
    const neighbours = databaseKind(settings) === 'pglite' ? null : await (await import('./gateways.ts')).meetNeighbours(settings.redisUrl);
    const { createApp } = await import('./app.ts');
    const storage = await openStorage(settings);
    const app = await createApp({ config: settings, store, storage, assets, logger, neighbours });
    try {
      return { app, port: (await app.listen()).port, owner };
    } catch (error) {
      untold.say();
      await app.close();
      throw error;
    } finally {
      untold.forget();
    }
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Where files are kept. A driver is loaded where it is used, for the sake of the others' starts. */
async function openStorage(settings: Config): Promise<FileStorage> {
  const { filesBucket: bucket, supabaseUrl: url, supabaseSecretKey: secretKey } = settings;
  if (bucket && url && secretKey) return (await import('./store/supabase-files.ts')).supabaseFiles({ url, secretKey, bucket });
  return (await import('./file-storage.ts')).diskStorage(filesDirOf(settings));
}

/** The password is in the database now; if the start ends before it is shown with everything else, nobody would ever learn it. */
function tellPasswordAtAnEnd(owner: NewOwner | null): { say(): void; forget(): void } {
  const say = (): void => {
    if (owner?.password) terminal.say(`The first owner was made: ${owner.email} with the password ${owner.password} (it is shown only now).`);
  };
  const end = (): void => {
    say();
    process.exit(1);
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  return { say, forget: () => void process.off('SIGINT', end).off('SIGTERM', end) };
}

function stopOnSignals(app: App, store: Store, logger: Logger): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    const deadline = setTimeout(() => {
      logger.error('the stop took too long');
      process.exit(1);
    }, STOP_MS);
    await app.close();
    await store.close();
    clearTimeout(deadline);
    logger.info('stopped');
    process.exit(0);
  };
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(code);
      begin();
    });
  }
  // npm starts us through a shell, which passes no signals on: when npm is ended, all we see is that our parent is gone.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === 'start') setInterval(() => { if (process.ppid !== parent && !stopping) begin(); }, 500).unref();

  function begin(): void {
    stopping = true;
    terminal.say('Stopping …');
    void stop();
  }
}

function welcome({ host, publicUrl, workspace, ownerEmail }: Config, { port, owner }: Started): string {
  const local = `http://${hostForPeople(host)}:${port}`;
  const base = publicUrl?.origin ?? local;
  return `
MiraDesk is ready on ${local}

  Demo shop   ${base}/demo/
  Inbox       ${base}/console/
  Sign in     ${signInHint(owner, ownerEmail)}
  Snippet     ${snippetOf(base, workspace)}
`;
}

function signInHint(owner: NewOwner | null, ownerEmail: string): string {
  if (!owner) return 'with your e-mail address and password (forgotten? npx miradesk member password --help)';
  if (owner.password === null) return `${ownerEmail} with the password from MIRADESK_OWNER_PASSWORD`;
  return `${owner.email} with the password ${owner.password}\n              (keep it: it is shown only this once)`;
}

function hostForPeople(host: string | null): string {
  if (host === null || ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
