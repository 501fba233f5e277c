import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { root } from './harness/build.ts';
import { installers } from './harness/browser-executable.ts';
import { countResults, readResults, summaryLine } from './harness/results.ts';
import { Hopeless, until } from './harness/until.ts';

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((test) => ({ status: test })) });

describe('the last line of npm test', () => {
  it('counts what passed, failed and was skipped', () => {
    const results = countResults({ numTotalTests: 6, numPassedTests: 4, numFailedTests: 1, testResults: [file('failed', 'passed', 'failed'), file('passed', 'passed', 'passed', 'passed', 'pending')] });
    expect(summaryLine(results, ['Tests'])).toBe('4 passed, 1 failed, 1 skipped');
  });

  it('says nothing of skipped tests when there is none', () => {
    expect(summaryLine({ passed: 3, failed: 0, skipped: 0, total: 3, leftOut: [] }, [])).toBe('3 passed, 0 failed');
  });

  it('counts a file that did not load as a failure', () => {
    const results = countResults({ numTotalTests: 2, numPassedTests: 2, numFailedTests: 0, testResults: [file('passed', 'passed', 'passed'), file('failed')] });
    expect(summaryLine(results, ['Tests'])).toBe('2 passed, 1 failed');
  });

  it('counts every other step that failed as one failure', () => {
    expect(summaryLine({ passed: 3, failed: 1, skipped: 0, total: 4, leftOut: [] }, ['Types', 'Lint', 'Tests'])).toBe('3 passed, 3 failed');
  });

  it('counts a run that broke although no test failed as a failure', () => {
    expect(summaryLine({ passed: 3, failed: 0, skipped: 0, total: 3, leftOut: [] }, ['Tests'])).toBe('3 passed, 1 failed');
  });

  it('names what was left out', () => {
    const skipped = { status: 'skipped', fullName: 'in Firefox two tabs' };
    const { leftOut } = countResults({ numTotalTests: 2, numPassedTests: 1, numFailedTests: 0, testResults: [{ status: 'passed', assertionResults: [{ status: 'passed', fullName: 'in Chromium' }, skipped] }] });
    expect(leftOut).toEqual(['in Firefox two tabs']);
  });

  it('counts a run without any test as a failure', () => {
    expect(summaryLine(readResults('/there/is/no/such/file.json'), [])).toBe('0 passed, 1 failed');
  });
});

describe('npm test', () => {
  const run = (...args: string[]) => spawnSync(process.execPath, ['test/run.ts', ...args], { cwd: root, encoding: 'utf8' });

  it('explains itself', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('--long');
    expect(stdout).toContain('MIRADESK_BROWSER');
  });

  it('refuses options it does not know, with the help', () => {
    const { status, stderr } = run('--quick');
    expect(status).toBe(2);
    expect(stderr).toContain('--quick');
    expect(stderr).toContain('npm test -- --long');
  });
});

describe('looking for a browser', () => {
  it('takes MIRADESK_BROWSER, and says so when that is none', () => {
    const script = "import('./test/harness/browser-executable.ts').then(({ findBrowser }) => console.log(findBrowser()))";
    const find = (browser: string) => spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8', env: { ...process.env, MIRADESK_BROWSER: browser } });
    expect(find(process.execPath).stdout.trim()).toBe(process.execPath);
    const none = find('/there/is/no/such/browser');
    expect(none.status).not.toBe(0);
    expect(none.stderr).toContain('MIRADESK_BROWSER is /there/is/no/such/browser, but that does not start');
  });
});

describe('looking for Firefox', () => {
  const script = "import('./test/harness/firefox-executable.ts').then(({ findFirefox }) => console.log(findFirefox()))";
  const find = (change: NodeJS.ProcessEnv) => spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8', env: { ...process.env, MIRADESK_FIREFOX: undefined, ...change } });

  it('takes MIRADESK_FIREFOX, and says so when that is none', () => {
    expect(find({ MIRADESK_FIREFOX: process.execPath }).stdout.trim()).toBe(process.execPath);
    expect(find({ MIRADESK_FIREFOX: '/there/is/no/such/firefox' }).stderr).toContain('MIRADESK_FIREFOX is /there/is/no/such/firefox, but that does not start');
  });

  it('answers that there is none where PATH has none', () => {
    expect(find({ PATH: '/there/is/nothing' }).stdout.trim()).toMatch(/^null$|Firefox.app/);
  });
});

describe('installing a browser', () => {
  const commands = (isRoot: boolean, hasApt: boolean) => installers({ isRoot, hasApt }).map(({ command, args }) => [command, ...args].join(' '));

  it('is left to apt where we may use it, and to Playwright else', () => {
    const [apt, playwright] = commands(true, true);
    expect(apt).toBe('sh -c apt-get update && apt-get install -y --no-install-recommends chromium');
    expect(playwright).toMatch(/playwright-core\/cli\.js install chromium$/);
    for (const elsewhere of [commands(false, true), commands(true, false), commands(false, false)]) expect(elsewhere).toEqual([playwright]);
  });
});

describe('until', () => {
  it('answers what the condition answers, and says why it never came', async () => {
    let asked = 0;
    expect(await until(() => (asked += 1) > 2 && 'there', { every: 1 })).toBe('there');
    await expect(until(() => { throw new Error('not yet'); }, { timeout: 20, every: 1, what: 'the bus' })).rejects.toThrow('Waited 20 ms for the bus: not yet');
    await expect(until(() => { throw new Hopeless('it left'); }, { what: 'the bus' })).rejects.toThrow('it left');
  });
});
