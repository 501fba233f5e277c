/** The gateway as an operator runs it, on the databases that its settings name. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Gateway, OWNER, startGateway } from './harness/gateway.ts';
import { startPostgres } from './harness/postgres.ts';
import { startSupabase } from './harness/supabase.ts';

const cases: Array<[string, () => Promise<{ env: Record<string, string>; stop(): Promise<void> }>]> = [
  ['Postgres', async () => {
    const postgres = await startPostgres();
    return { env: { DATABASE_URL: await postgres.createDatabase() }, stop: () => postgres.stop() };
  }],
  ['Supabase', async () => {
    const supabase = await startSupabase();
    await supabase.push();
    return { env: supabase.env, stop: () => supabase.stop() };
  }],
];

describe.each(cases)('a gateway on %s', (_, start) => {
  test('keeps everything there, nothing in DATA_DIR, and a second one shares it', async () => {
    const database = await start();
    const gateway = await startGateway({ env: database.env });
    const second = await startGateway({ env: database.env });
    expect((await gateway.signIn()).member.email).toBe(OWNER.email);
    const { cookie } = await second.signIn();
    expect((await fetch(`${gateway.url}/api/session`, { headers: { cookie } })).status).toBe(200);
    expect(existsSync(join(gateway.dataDir, 'db'))).toBe(false);
    await Promise.all([gateway.stop(), second.stop()]);
    await gateway.start();
    expect((await fetch(`${gateway.url}/api/session`, { headers: { cookie } })).status).toBe(200);
    await gateway.stop();
    await database.stop();
  });
});

test('a gateway whose database is not there says so in a sentence, without the password, and ends with 1', async () => {
  const gateway = new Gateway({ env: { DATABASE_URL: 'postgresql://miradesk:a-secret-word@nowhere.invalid/miradesk' } });
  await expect(gateway.start()).rejects.toThrow('did not start');
  expect(gateway.stdout).toContain('The database at nowhere.invalid/miradesk cannot be reached: there is no host of this name. Check host and port. (DATABASE_URL)');
  expect(gateway.stdout + gateway.stderr).not.toContain('a-secret-word');
});
