/** The gateway as a process: how it starts, what it says when it cannot, and how it stops. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './harness/build.ts';
import { OWNER, startGateway } from './harness/gateway.ts';
import { until } from './harness/until.ts';
import { forgetProcess, noteProcess, temporaryDirectory } from './harness/workplace.ts';

interface Process { child: ChildProcess; stdout(): string; stderr(): string; ended: Promise<{ code: number | null; signal: string | null }> }

const running: Process[] = [];

/** Starts it with this environment and nothing else of ours. */
function run(args: string[], env: Record<string, string> = {}): Process {
  const child = spawn(process.execPath, ['gateway/server.ts', ...args], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  if (child.pid !== undefined) noteProcess(child.pid, 'gateway/server.ts');
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => {
      if (child.pid !== undefined) forgetProcess(child.pid);
      resolve({ code, signal });
    });
  });
  const process_ = { child, stdout: () => stdout, stderr: () => stderr, ended };
  running.push(process_);
  return process_;
}

afterAll(async () => {
  for (const { child, ended } of running) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  }
});

const ready = (process_: Process) => until(() => /ready on http:\/\/localhost:(\d+)/.exec(process_.stdout())?.[1], { timeout: 60_000, what: 'the gateway' });

describe('starting', () => {
  it('prints what to open, the owner\'s password once, and the snippet', async () => {
    const dataDir = temporaryDirectory('server');
    const first = run([], { DATA_DIR: dataDir });
    const url = `http://localhost:${await ready(first)}`;
    expect(first.stdout()).toContain(`  Demo shop   ${url}/demo/\n  Inbox       ${url}/console/\n`);
    expect(first.stdout()).toContain(`<script async src="${url}/w/demo.js"></script>`);
    const password = /owner@example\.com with the password (\S+)/.exec(first.stdout())?.[1];
    const signIn = await fetch(`${url}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'owner@example.com', password }) });
    expect(signIn.status).toBe(200);
    expect(first.stderr()).not.toContain(password);
    for (const line of first.stderr().split('\n').filter(Boolean)) expect(JSON.parse(line)).toHaveProperty('level');
    for (const path of ['/demo/', '/console/', '/w/demo.js', '/readyz']) expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);

    const second = run([], { DATA_DIR: dataDir });
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stdout()).toContain(`Another MiraDesk (process ${first.child.pid}) is using the data in ${dataDir}.`);

    first.child.kill('SIGTERM');
    expect(await first.ended).toEqual({ code: 0, signal: null });
    const third = run([], { DATA_DIR: dataDir, PORT: new URL(url).port });
    await ready(third);
    expect(third.stdout()).toContain('Sign in     with your e-mail address and password');
    expect(third.stdout()).not.toContain('password from');
    third.child.kill('SIGINT');
    expect(await third.ended).toEqual({ code: 0, signal: null });
  });

  it('answers --help with every setting, and starts nothing', async () => {
    const { ended, stdout } = run(['--help']);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stdout()).toContain('--build');
    expect(stdout()).toContain('MIRADESK_OWNER_PASSWORD');
  });

  const impossible: Array<[string, string[], () => Record<string, string> | Promise<Record<string, string>>, RegExp[]]> = [
    ['an option that does not exist', ['--bild'], () => ({}), [/There is no such option/, /--build/]],
    ['settings that are wrong', [], () => ({ PORT: 'eighty', LOG_LEVEL: 'loud' }), [/PORT is "eighty"; it wants a whole number/, /LOG_LEVEL is "loud"/, /--help/]],
    ['a data directory that is a file', [], () => {
      const file = join(temporaryDirectory('server'), 'file');
      writeFileSync(file, '');
      return { DATA_DIR: file };
    }, [/The directory for the data, .*file, is not a directory\. Choose another one with DATA_DIR\./]],
  ];
  for (const [what, args, environment, sentences] of impossible) {
    it(`ends with 1 and a sentence: ${what}`, async () => {
      const { ended, stdout, stderr } = run(args, await environment());
      expect(await ended).toEqual({ code: 1, signal: null });
      for (const sentence of sentences) expect(stdout()).toMatch(sentence);
      expect(stdout() + stderr()).not.toMatch(/\n\s+at /);
    });
  }

  it('ends with 1 and a sentence: a port in use; the password that was made is not lost', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await until(() => other.address());
    const { port } = other.address() as AddressInfo;
    const { ended, stdout } = run([], { DATA_DIR: temporaryDirectory('server'), PORT: String(port) });
    expect(await ended).toEqual({ code: 1, signal: null });
    other.close();
    expect(stdout()).toContain(`Port ${port} is in use by another program. Stop that one, or choose another port: PORT=${port + 1} npm start`);
    expect(stdout()).toMatch(/The first owner was made: owner@example\.com with the password \S+/);
  });

  it('ends with 1 and a sentence: a database that is newer than the program', async () => {
    const dataDir = temporaryDirectory('server');
    const first = await startGateway({ dataDir });
    await first.stop();
    const database = await PGlite.create({ dataDir: join(dataDir, 'db') });
    await database.query(`insert into miradesk.migrations (version, name, checksum) values ('29990101000000', 'from_the_future', 'x')`);
    await database.close();
    const { ended, stdout } = run([], { DATA_DIR: dataDir });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(stdout()).toContain('newer MiraDesk');
  });
});

describe('stopping', () => {
  it('is over in five seconds with connections open, and clients are told', async () => {
    const gateway = await startGateway();
    const { cookie } = await gateway.signIn(OWNER);
    expect(cookie).toContain('miradesk_session=');
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const closed = new Promise<number>((resolve) => { socket.addEventListener('close', ({ code }) => resolve(code)); });
    const heard: string[] = [];
    socket.addEventListener('message', ({ data }) => heard.push(String(data)));
    await until(() => heard[0]);
    socket.send('40/visitor,{"protocol":1,"workspace":"demo"}');
    await until(() => heard.some((packet) => packet.includes('session:started')));
    const polling = fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling`);
    await polling;
    const began = performance.now();
    await gateway.stop();
    expect(performance.now() - began).toBeLessThan(5_000);
    await closed;
    expect(heard.some((packet) => packet.includes('server:closing'))).toBe(true);
    expect(gateway.stdout).toContain('Stopping …');
  });

  // What `npm start` puts between a supervisor and the gateway on POSIX systems: a shell that passes no signals on.
  it.skipIf(process.platform === 'win32')('is in order, too, when the npm that started it is ended', async () => {
    const script = '"$0" gateway/server.ts & echo "started $!"; wait';
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', PORT: '0', npm_lifecycle_event: 'start', DATA_DIR: temporaryDirectory('server') };
    const shell = spawn('sh', ['-c', script, process.execPath], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], env });
    // It ends for good when nobody has it open any more, the gateway included.
    const ended = new Promise((resolve) => { shell.stdout.once('close', resolve); });
    let stdout = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    const pid = Number(await until(() => /started (\d+)/.exec(stdout)?.[1]));
    noteProcess(pid, 'gateway/server.ts');
    const url = `http://localhost:${await until(() => /ready on http:\/\/localhost:(\d+)/.exec(stdout)?.[1], { timeout: 60_000, what: 'the gateway' })}`;
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const heard: string[] = [];
    socket.addEventListener('message', ({ data }) => heard.push(String(data)));
    await until(() => heard[0]);
    socket.send('40/visitor,{"protocol":1,"workspace":"demo"}');
    await until(() => heard.some((packet) => packet.includes('session:started')));
    shell.kill('SIGTERM');
    await until(() => heard.some((packet) => packet.includes('server:closing')));
    await ended;
    forgetProcess(pid);
    expect(stdout).toContain('Stopping …');
  });

  it('is not waited for by who asks twice', async () => {
    const process_ = run([], { DATA_DIR: temporaryDirectory('server') });
    await ready(process_);
    process_.child.kill('SIGTERM');
    process_.child.kill('SIGINT');
    // The system may deliver them in either order; the later one decides.
    expect([130, 143]).toContain((await process_.ended).code);
    expect(process_.stdout()).toContain('Stopping …');
  });
});
