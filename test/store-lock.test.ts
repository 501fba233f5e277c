import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { holds } from '../gateway/store/data-fence.ts';
import { DataLockedError, lockData } from '../gateway/store/data-lock.ts';
import { openStore } from '../gateway/store/open-store.ts';
import { forgetProcess, noteProcess, temporaryDirectory } from './harness/workplace.ts';
import { until } from './harness/until.ts';

const WRITER = join(import.meta.dirname, 'harness/store-writer.ts');

/** A process of its own that opens the store of a folder and writes until it is killed; see store-writer.ts. */
function startWriter(dataDir: string, does: 'lock' | 'write', name = 'writer'): { child: ChildProcess; lines: string[]; errors: string[]; ended: Promise<unknown> } {
  const child = spawn(process.execPath, [WRITER, dataDir, does, name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid) noteProcess(pid, WRITER);
  const lines: string[] = [];
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const ended = once(child, 'close').then(() => { if (pid) forgetProcess(pid); });
  return { child, lines, errors, ended };
}

describe('the lock of the data folder', () => {
  test('keeps a second one out, naming process and folder, until the first lets go', async () => {
    const dataDir = temporaryDirectory('lock');
    const lock = await lockData(dataDir);
    await expect(lockData(dataDir)).rejects.toThrow(DataLockedError);
    await expect(lockData(dataDir)).rejects.toThrow(`process ${process.pid}`);
    await expect(lockData(dataDir)).rejects.toThrow(dataDir);
    await lock.release();
    await (await lockData(dataDir)).release();
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('is given to one of many who come at the same moment', async () => {
    const dataDir = temporaryDirectory('lock');
    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockData(dataDir)));
      const given = results.filter((result) => result.status === 'fulfilled');
      expect(given).toHaveLength(1);
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(DataLockedError);
      // The next round finds the lock of a process that is no more.
      await writeFile(join(dataDir, 'miradesk.lock'), JSON.stringify({ pid: 2 ** 22 + 1, started: '1', boot: null }));
    }
  });

  test.skipIf(process.platform !== 'linux')('of a process that was killed is taken over, also while its parent has not noticed', async () => {
    const dataDir = temporaryDirectory('lock');
    // The shell gives way to a program that never asks what became of its children.
    const parent = spawn('sh', ['-c', '"$0" "$1" "$2" lock >/dev/null 2>&1 & echo $!; exec sleep 60', process.execPath, WRITER, dataDir], { stdio: ['ignore', 'pipe', 'ignore'] });
    if (parent.pid) noteProcess(parent.pid, 'sleep');
    const [line] = await once(createInterface({ input: parent.stdout }), 'line') as [string];
    const pid = Number(line);
    noteProcess(pid, WRITER);
    try {
      await until(async () => (await readFile(join(dataDir, 'miradesk.lock'), 'utf8')).includes(`"pid":${pid}`), { what: 'the lock' });
      process.kill(pid, 'SIGKILL');
      await until(async () => / Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8')), { what: 'its end' });
      await (await lockData(dataDir)).release();
    } finally {
      parent.kill('SIGKILL');
      forgetProcess(pid);
      if (parent.pid) forgetProcess(parent.pid);
    }
  });

  test('of a process whose number now belongs to another is taken over', async () => {
    const dataDir = temporaryDirectory('lock');
    for (const left of [JSON.stringify({ pid: process.pid, started: '1', boot: 'another' }), '{"pid": 0}', '', 'not json', 'null', '[]']) {
      await writeFile(join(dataDir, 'miradesk.lock'), left);
      await writeFile(join(dataDir, 'miradesk.claim.0123456789abcdef'), left);
      await (await lockData(dataDir)).release();
      expect(await readdir(dataDir)).toEqual([]);
    }
  });

  test('of a process in another container is judged by its last sign of life, not by its number', async () => {
    const dataDir = temporaryDirectory('lock');
    const file = join(dataDir, 'miradesk.lock');
    const touched = (secondsAgo: number) => utimes(file, new Date(), new Date(Date.now() - secondsAgo * 1_000));
    // Our own number, but counted somewhere else.
    const elsewhere = JSON.stringify({ pid: process.pid, started: '1', boot: null, numberedBy: 'elsewhere' });
    await writeFile(file, elsewhere);
    const touching = setInterval(() => void touched(0), 100);
    await expect(lockData(dataDir)).rejects.toThrow(DataLockedError);
    clearInterval(touching);
    // Silent for nine seconds: one more and it is taken for dead.
    await touched(9);
    await (await lockData(dataDir)).release();
    await writeFile(file, elsewhere);
    await touched(3_600);
    await (await lockData(dataDir)).release();
  });

  test('shows signs of life while it is held', async () => {
    const dataDir = temporaryDirectory('lock');
    const lock = await lockData(dataDir);
    const file = join(dataDir, 'miradesk.lock');
    await utimes(file, new Date(0), new Date(0));
    await until(async () => (await stat(file)).mtimeMs > 1, { what: 'the holder to touch its lock' });
    await lock.release();
  });

  test('holds between processes, and a killed one’s is free at once', async () => {
    const dataDir = temporaryDirectory('lock');
    const first = startWriter(dataDir, 'lock');
    await until(() => first.lines.includes('locked'), { what: 'the first process to have the lock' });
    await expect(openStore({ dataDir })).rejects.toThrow(`process ${first.child.pid}`);
    first.child.kill('SIGKILL');
    await first.ended;
    await (await lockData(dataDir)).release();
  });

  test('of a killed process goes to one of several processes that start at the same moment', async () => {
    const dataDir = temporaryDirectory('lock');
    await writeFile(join(dataDir, 'miradesk.lock'), JSON.stringify({ pid: 2 ** 22 + 1, started: '1', boot: null }));
    const writers = Array.from({ length: 4 }, () => startWriter(dataDir, 'lock'));
    await until(() => writers.every(({ lines }) => lines.length > 0), { what: 'all to have tried' });
    expect(writers.filter(({ lines }) => lines[0] === 'locked')).toHaveLength(1);
    expect(writers.filter(({ lines }) => lines[0] === 'DataLockedError')).toHaveLength(3);
    const winner = writers.find(({ lines }) => lines[0] === 'locked');
    expect(JSON.parse(await readFile(join(dataDir, 'miradesk.lock'), 'utf8'))).toMatchObject({ pid: winner?.child.pid });
    for (const { child, ended } of writers) {
      child.kill('SIGKILL');
      await ended;
    }
  });
});

describe('a lock that was', () => {
  /** What a process in another container would have written. */
  const elsewhere = JSON.stringify({ pid: 4_711, started: '1', boot: null, numberedBy: 'elsewhere' });

  test.each([['deleted', (file: string) => rm(file)], ['emptied', (file: string) => truncate(file)]])('%s is put back before the next byte is written, and keeps others out', async (_, spoil) => {
    const dataDir = temporaryDirectory('spoilt');
    const file = join(dataDir, 'miradesk.lock');
    const writer = startWriter(dataDir, 'write');
    await until(() => writer.lines.length > 20, { what: 'the process to write' });
    const content = await readFile(file, 'utf8');
    await spoil(file);
    const so = writer.lines.length;
    await until(() => writer.lines.length > so + 20, { what: 'the process to go on' });
    expect(await readFile(file, 'utf8')).toBe(content);
    await expect(lockData(dataDir)).rejects.toThrow(`process ${writer.child.pid}`);
    writer.child.kill('SIGKILL');
    await writer.ended;
  });

  test('taken over while its holder was frozen ends the holder when it thaws, before it writes anything', async () => {
    const dataDir = temporaryDirectory('frozen');
    const file = join(dataDir, 'miradesk.lock');
    const writer = startWriter(dataDir, 'write');
    await until(() => writer.lines.length > 20, { what: 'the process to write' });
    writer.child.kill('SIGSTOP');
    // What it printed before it stood still arrives first.
    let printed = -1;
    await until(() => printed === (printed = writer.lines.length), { every: 100 });
    await writeFile(`${file}.new`, elsewhere);
    await rename(`${file}.new`, file);
    writer.child.kill('SIGCONT');
    await writer.ended;
    // The answer to the call that was under way may still come; no other call is made.
    expect(writer.lines.length - printed).toBeLessThanOrEqual(3);
    expect([writer.child.exitCode, writer.errors.join('\n')]).toEqual([expect.any(Number), expect.stringMatching(/process 4711\) has taken over the data in .*frozen.*This process ends/)]);
    expect(writer.child.exitCode).not.toBe(0);
    expect(await readFile(file, 'utf8')).toBe(elsewhere);
  });

  test('not looked at for long is looked at again before anything is written', async () => {
    const dataDir = temporaryDirectory('silent');
    const lock = await lockData(dataDir);
    expect(holds(lock.fence)).toBe(true);
    // As after a long sleep: the last look was nine seconds ago.
    const values = new BigInt64Array(lock.fence.state);
    values[0] = process.hrtime.bigint() - 9_000_000_000n;
    expect(holds(lock.fence)).toBe(false);
    await lock.confirm();
    expect(holds(lock.fence)).toBe(true);
    await lock.release();
    expect(holds(lock.fence)).toBe(false);
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('deleted when somebody else had already come is theirs', async () => {
    const dataDir = temporaryDirectory('raced');
    const lost: string[] = [];
    const lock = await lockData(dataDir, (error) => lost.push(error.message));
    await rm(join(dataDir, 'miradesk.lock'));
    // A claim of a living process that has looked round, and found nothing.
    await writeFile(join(dataDir, 'miradesk.claim.0123456789abcdef'), elsewhere);
    await lock.confirm();
    expect(lost).toEqual([expect.stringContaining('is taking over the data')]);
    expect(holds(lock.fence)).toBe(false);
    await lock.release();
  });

  test('deleted with the whole folder ends the holder, too', async () => {
    const dataDir = temporaryDirectory('gone');
    const lost: string[] = [];
    const lock = await lockData(dataDir, (error) => lost.push(error.message));
    await rm(dataDir, { recursive: true });
    await until(() => lost.length > 0, { what: 'the holder to notice' });
    expect(lost).toEqual([expect.stringContaining('was removed or moved away')]);
    await lock.release();
  });
});

describe('a process killed while it writes', () => {
  test('[D1] [D2] [D3] loses nothing it acknowledged, doubles nothing, and the next one goes on', async () => {
    const dataDir = temporaryDirectory('killed');
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const writer = startWriter(dataDir, 'write', `round-${round}`);
      const wanted = 60 + round * 45;
      await until(() => writer.lines.length >= wanted, { what: `${wanted} acknowledgements`, every: 2, timeout: 60_000 });
      writer.child.kill('SIGKILL');
      await writer.ended;
      acknowledged.push(...writer.lines);
    }
    const store = await openStore({ dataDir });
    const known = new Map<string, number>();
    for (let which = 0; which < 3; which += 1) {
      const { entries } = await store.history('demo', { kind: 'visitor', visitorId: `v${which}` }, { conversationId: `k${which}`, before: 1e9, limit: 1e6 });
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
      for (const { clientId, seq } of entries) {
        expect(known.has(`${which} ${clientId}`)).toBe(false);
        known.set(`${which} ${clientId}`, seq);
      }
    }
    // Each line: conversation, clientId, the seq it was acknowledged with.
    const lost = acknowledged.filter((line) => {
      const [which, clientId, seq] = line.split(' ');
      return known.get(`${which} ${clientId}`) !== Number(seq);
    });
    expect(lost).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(300);
    await store.close();
  }, 120_000);
});
