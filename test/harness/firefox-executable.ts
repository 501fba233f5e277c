/** Finds a Firefox for the tests that run in it too, or installs one where Debian's packages are at hand. */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hasApt, isExecutable, onPath, runs } from './browser-executable.ts';

const NAMES = ['firefox-esr', 'firefox'];

/** What to do when there is no Firefox and none could be installed. */
const ADVICE = `No Firefox was found and none could be installed, so the tests in Firefox are left out.
Do one of these to have them run:
  Debian:    sudo apt-get install firefox-esr
  Ubuntu:    install Mozilla's own package; the snap cannot be driven from outside
  macOS:     brew install --cask firefox
  or point MIRADESK_FIREFOX to the executable of a Firefox you have.`;

/** The executable of a Firefox that runs here, or null. MIRADESK_FIREFOX, when set, is the only one tried. */
export function findFirefox(): string | null {
  const chosen = process.env.MIRADESK_FIREFOX;
  if (chosen) {
    if (runs(chosen)) return chosen;
    throw new Error(`MIRADESK_FIREFOX is ${chosen}, but that does not start`);
  }
  const apps = ['/Applications', join(homedir(), 'Applications')].map((folder) => join(folder, 'Firefox.app/Contents/MacOS/firefox'));
  return [...onPath(NAMES), ...apps].filter(isExecutable).find(runs) ?? null;
}

/** Finds a Firefox, installing one where that asks nobody anything. Null, and advice on stdout, when there is none to be had. */
export function findOrInstallFirefox(): string | null {
  const found = findFirefox();
  if (found) return found;
  if (process.getuid?.() === 0 && hasApt()) {
    const script = 'apt-get update && apt-get install -y --no-install-recommends firefox-esr';
    process.stdout.write(`No Firefox here yet. Installing it with apt: ${script}\n`);
    const { status } = spawnSync('sh', ['-c', script], { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    const installed = status === 0 ? findFirefox() : null;
    if (installed) return installed;
  }
  process.stdout.write(`${ADVICE}\n`);
  return null;
}
