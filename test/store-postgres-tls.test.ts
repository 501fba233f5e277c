import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explainStartProblem } from '../gateway/start-problems.ts';
import { openStore } from '../gateway/store/open-store.ts';
import { makeCertificates } from './harness/certificates.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { temporaryDirectory } from './harness/workplace.ts';

let postgres: Postgres;
let caFile = '';
let otherCaFile = '';
beforeAll(async () => {
  const certificates = makeCertificates();
  postgres = await startPostgres({ tls: certificates });
  const folder = temporaryDirectory('authorities');
  caFile = join(folder, 'ca.pem');
  otherCaFile = join(folder, 'other.pem');
  await writeFile(caFile, certificates.authority);
  await writeFile(otherCaFile, makeCertificates().authority);
});
afterAll(() => postgres.stop());

/** Opens a store with these settings of TLS. Answers `tls` or `plain`, or the reason why there are none. */
async function connect(parameters: Record<string, string>, { host = '127.0.0.1', databaseCaFile = null as string | null } = {}): Promise<string> {
  const url = new URL(postgres.url);
  url.hostname = host;
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  try {
    const store = await openStore({ dataDir: '', databaseUrl: url.href, databaseCaFile });
    await store.ping();
    const used = await postgres.query<{ ssl: boolean }>("select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'miradesk'");
    await store.close();
    return used.map(({ ssl }) => (ssl ? 'tls' : 'plain')).join(' and ');
  } catch (error) {
    return explainStartProblem(error, { port: 0, host: null, dataDir: '' }) ?? String(error);
  }
}

test('sslmode says whether there is TLS, and whose certificate will do', async () => {
  expect(await connect({})).toBe('plain');
  expect(await connect({ sslmode: 'disable' })).toBe('plain');
  expect(await connect({ sslmode: 'prefer' })).toBe('tls');
  expect(await connect({ sslmode: 'require' })).toBe('tls');
  expect(await connect({ sslmode: 'verify-full' }, { databaseCaFile: caFile })).toBe('tls');
  expect(await connect({ sslmode: 'verify-full', sslrootcert: caFile })).toBe('tls');
  expect(await connect({}, { databaseCaFile: caFile })).toBe('tls');
});

test('a server that cannot prove who it is gets no connection, and nothing of the password', async () => {
  const unproven = expect.stringMatching(/could not prove who it is by TLS \([A-Z_]+\)\. Check sslmode, and DATABASE_CA_FILE/);
  expect(await connect({ sslmode: 'verify-full' })).toEqual(unproven);
  expect(await connect({ sslmode: 'verify-full' }, { databaseCaFile: otherCaFile })).toEqual(unproven);
  expect(await connect({ sslmode: 'verify-ca' }, { databaseCaFile: otherCaFile })).toEqual(unproven);
  // libpq has it so: who names an authority means it.
  expect(await connect({ sslmode: 'require' }, { databaseCaFile: otherCaFile })).toEqual(unproven);
});

test('the certificate is for the address, which verify-full looks at and verify-ca does not', async () => {
  expect(await connect({ sslmode: 'verify-full' }, { host: 'localhost', databaseCaFile: caFile })).toContain('could not prove who it is by TLS (ERR_TLS_CERT_ALTNAME_INVALID)');
  expect(await connect({ sslmode: 'verify-ca' }, { host: 'localhost', databaseCaFile: caFile })).toBe('tls');
});

test('a file that is not there is named', async () => {
  expect(await connect({}, { databaseCaFile: '/nowhere/ca.pem' })).toContain('/nowhere/ca.pem');
});
