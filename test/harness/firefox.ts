/** A real Firefox for a test file, driven through WebDriver BiDi: stock Firefox, as people have it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { Bidi } from './bidi.ts';
import { artifacts } from './browser.ts';
import { findFirefox } from './firefox-executable.ts';
import { FirefoxPage } from './firefox-page.ts';
import { until } from './until.ts';
import { forgetProcess, noteProcess, temporaryDirectory } from './workplace.ts';

/** What the pages' events come by. */
const EVENTS = ['log.entryAdded', 'network.beforeRequestSent'];

/** Nothing of its own on the network, and no first-run pages. */
const PREFERENCES = {
  'app.normandy.enabled': false, 'app.update.disabledForTesting': true, 'browser.aboutwelcome.enabled': false, 'browser.safebrowsing.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false, 'captivedetect.canonicalURL': '', 'datareporting.policy.dataSubmissionEnabled': false, 'dom.disable_beforeunload': true,
  'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false, 'services.settings.server': 'data:,', 'toolkit.telemetry.enabled': false,
};

/** A browser profile of its own: its pages share storage among themselves only. */
export interface FirefoxContext {
  page(): Promise<FirefoxPage>;
  cookies(): Promise<string[]>;
}

export interface TestFirefox {
  /** For this test; closed after it, with pictures when it failed. */
  context(): Promise<FirefoxContext>;
  /** A page in a context of its own. */
  page(): Promise<FirefoxPage>;
}

/** To be called once at the top of a group of tests. */
export function useFirefox(): TestFirefox {
  let child: ChildProcess | undefined;
  let bidi: Bidi | undefined;
  beforeAll(async () => {
    const executable = findFirefox();
    if (!executable) throw new Error('There is no Firefox here. `npm test` finds or installs one, or set MIRADESK_FIREFOX.');
    const started = await start(executable);
    child = started.child;
    bidi = await Bidi.connect(started.address);
    await bidi.send('session.subscribe', { events: EVENTS });
  });
  afterAll(async () => {
    await bidi?.send('browser.close').catch(() => undefined);
    bidi?.close();
    if (child) await end(child);
  });

  const context = async (): Promise<FirefoxContext> => {
    if (!bidi) throw new Error('Firefox has not started');
    const session = bidi;
    const { userContext } = await session.send<{ userContext: string }>('browser.createUserContext');
    const pages: FirefoxPage[] = [];
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') for (const [index, page] of pages.entries()) await keepPicture(page, `firefox-${task.name}-${index + 1}`);
      await session.send('browser.removeUserContext', { userContext });
    });
    return {
      async page() {
        const page = await FirefoxPage.open(session, userContext);
        pages.push(page);
        return page;
      },
      async cookies() {
        const { cookies } = await session.send<{ cookies: Array<{ name: string }> }>('storage.getCookies', { partition: { type: 'storageKey', userContext } });
        return cookies.map(({ name }) => name);
      },
    };
  };
  return { context, page: async () => (await context()).page() };
}

async function start(executable: string): Promise<{ child: ChildProcess; address: string }> {
  const profile = temporaryDirectory('firefox');
  writeFileSync(join(profile, 'user.js'), Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
  const child = spawn(executable, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // As root it insists on a home of root's own.
    env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
  });
  if (child.pid !== undefined) noteProcess(child.pid, profile);
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { printed += text; });
  child.once('error', (error) => { printed += error.message; });
  try {
    const address = await until(() => /WebDriver BiDi listening on (ws:\S+)/.exec(printed)?.[1], { timeout: 60_000, what: 'Firefox to listen' });
    return { child, address };
  } catch (error) {
    await end(child);
    throw new Error(`Firefox did not start. It printed:\n${printed}`, { cause: error });
  }
}

/** It has been asked to close; one that does not is ended. */
async function end(child: ChildProcess): Promise<void> {
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await until(ended, { timeout: 5_000, what: 'Firefox to close' }).catch(() => child.kill('SIGKILL'));
  await until(ended, { what: 'Firefox to end' });
  if (child.pid !== undefined) forgetProcess(child.pid);
}

async function keepPicture(page: FirefoxPage, title: string): Promise<void> {
  const folder = join(artifacts, 'failed');
  mkdirSync(folder, { recursive: true });
  // A page that is gone has no picture; the test's own error matters more.
  const picture = await page.picture().catch(() => null);
  if (picture) writeFileSync(join(folder, `${title.replace(/[^a-z0-9]+/gi, '-').slice(0, 80)}-${Date.now()}.png`), picture);
}
