/** Finds a Chromium for the browser tests, or installs one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './build.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];

const MAC_APPS = ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium', 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge'];

/** What to do when there is no browser and none could be installed. */
const ADVICE = `No Chromium was found and none could be installed.
Do one of these and run the tests again:
  Debian, Ubuntu:  sudo apt-get install chromium
  macOS:           brew install --cask chromium
  anywhere:        npx playwright-core install --with-deps chromium
  or point MIRADESK_BROWSER to the executable of a Chromium, Chrome or Edge you have.`;

/** The executable of a browser that runs here, or null. MIRADESK_BROWSER, when set, is the only one tried. */
export function findBrowser(): string | null {
  const chosen = process.env.MIRADESK_BROWSER;
  if (chosen) {
    if (runs(chosen)) return chosen;
    throw new Error(`MIRADESK_BROWSER is ${chosen}, but that does not start`);
  }
  return candidates().find(runs) ?? null;
}

/** Finds a browser, installing one where that is possible without asking a person. Says on stdout what it does. */
export function findOrInstallBrowser(): string {
  const found = findBrowser();
  if (found) return found;
  for (const { says, command, args } of installers({ isRoot: process.getuid?.() === 0, hasApt: hasApt() })) {
    process.stdout.write(`No browser here yet. ${says}: ${command} ${args.join(' ')}\n`);
    const { status } = spawnSync(command, args, { stdio: 'inherit', cwd: root, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    const installed = status === 0 ? findBrowser() : null;
    if (installed) return installed;
  }
  throw new Error(ADVICE);
}

function candidates(): string[] {
  const apps = ['/Applications', join(homedir(), 'Applications')].flatMap((dir) => MAC_APPS.map((app) => join(dir, app)));
  return [...onPath(NAMES), ...apps, ...playwrightCache()].filter(isExecutable);
}

/** Where commands of these names would be, the first name first. */
export function onPath(names: readonly string[]): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** Whether Debian's packages can be installed here, by whoever may. */
export function hasApt(): boolean {
  return onPath(['apt-get']).some(isExecutable);
}

/** Browsers that Playwright has downloaded, whatever its version; the newest first. */
function playwrightCache(): string[] {
  const caches = [process.env.PLAYWRIGHT_BROWSERS_PATH, join(homedir(), '.cache/ms-playwright'), join(homedir(), 'Library/Caches/ms-playwright')];
  const files = ['chrome-linux*/chrome', 'chrome-mac*/*.app/Contents/MacOS/*', 'chrome-linux*/headless_shell', 'chrome-headless-shell-*/chrome-headless-shell', 'chrome-win*/chrome.exe'];
  const patterns = files.map((file) => `chromium*/${file}`);
  return caches.filter((cache) => cache !== undefined).flatMap((cache) =>
    globSync(patterns, { cwd: cache }).toSorted().toReversed().map((file) => join(cache, file)));
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Ubuntu's chromium-browser, for one, may be a script that only tells how to install a snap; so it has to answer. */
export function runs(file: string): boolean {
  try {
    return execFileSync(file, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 }).trim() !== '';
  } catch {
    return false;
  }
}

/** The ways to install one that ask nobody anything, the best first. */
export function installers({ isRoot, hasApt }: { isRoot: boolean; hasApt: boolean }): Array<{ says: string; command: string; args: string[] }> {
  const apt = { says: 'Installing Chromium with apt', command: 'sh', args: ['-c', 'apt-get update && apt-get install -y --no-install-recommends chromium'] };
  const playwright = { says: 'Downloading Chromium with Playwright', command: process.execPath, args: [join(root, 'node_modules/playwright-core/cli.js'), 'install', 'chromium'] };
  return isRoot && hasApt ? [apt, playwright] : [playwright];
}
