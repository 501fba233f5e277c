/** What a new operator does: `npm start`, with no setting at all, and then what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, globSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { useBrowser } from './harness/browser.ts';
import { root } from './harness/build.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';
import { forgetProcess, noteProcess, temporaryDirectory } from './harness/workplace.ts';

const browser = useBrowser();
const started: ChildProcess[] = [];

/** npm starts a shell that starts Node, so the whole group is ended. */
function end(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal);
}

afterEach(() => {
  for (const child of started.splice(0)) end(child, 'SIGKILL');
});

function npmStart(cwd: string): { child: ChildProcess; stdout(): string; url(): Promise<string>; ended: Promise<number | null> } {
  const child = spawn('npm', ['start'], { cwd, detached: true, stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', HOST: '127.0.0.1' } });
  started.push(child);
  if (child.pid !== undefined) noteProcess(child.pid, 'npm');
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      if (child.pid !== undefined) forgetProcess(child.pid);
      resolve(code);
    });
  });
  const url = (): Promise<string> => until(() => /ready on (http:\/\/localhost:\d+)/.exec(stdout)?.[1], { timeout: 60_000, what: 'npm start to be ready' });
  return { child, stdout: () => stdout, url, ended };
}

it('`npm start` on a fresh checkout builds, prepares, prints what to open, and a first conversation takes place', async () => {
  // A checkout of its own, so that building it does not pull dist/ from under the other tests.
  const checkout = temporaryDirectory('checkout');
  for (const name of ['shared', 'widget', 'console', 'gateway', 'supabase', 'examples', 'package.json', ...globSync('esbuild.*.mjs', { cwd: root })]) {
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));

  const first = npmStart(checkout);
  const url = await first.url();
  expect(existsSync(join(checkout, '.data'))).toBe(true);
  const [, email = '', password = ''] = /Sign in\s+(\S+) with the password (\S+)/.exec(first.stdout()) ?? [];
  expect(email).toBe('owner@example.com');

  const visitor = new Visitor(await browser.page());
  await visitor.page.goto(url);
  await visitor.page.getByRole('heading', { name: 'Pots for slow mornings.' }).waitFor();
  await visitor.openChat();
  await visitor.say('Is this the very first message?');
  const agent = new Agent(await browser.page());
  await agent.page.goto(`${url}/console/`);
  await agent.page.getByLabel('E-mail').fill(email);
  await agent.page.getByLabel('Password', { exact: true }).fill(password);
  await agent.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await agent.open('Is this the very first message?');
  await agent.reply('It is.');
  await visitor.sees('It is.');

  end(first.child, 'SIGTERM');
  await first.ended;
  const second = npmStart(checkout);
  await second.url();
  expect(second.stdout()).not.toContain(password);
  end(second.child, 'SIGTERM');
  await second.ended;
});
