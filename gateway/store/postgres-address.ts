/** What a DATABASE_URL says, in the driver's terms. Of its TLS settings the driver knows the names but gives some of them another meaning. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';

export interface PostgresAddress {
  config: ClientConfig;
  /** TLS where the server has it, and none where it hasn't (`sslmode=prefer`). */
  plainWillDo: boolean;
  /** Where it leads, for people: without user and password. */
  shown: string;
}

const TLS_SETTINGS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'ssl', 'uselibpqcompat'];

/** The values of `sslmode`, with libpq's meaning: no-verify is what some clients call `require`. */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'no-verify', 'verify-ca', 'verify-full'] as const;

/**
 * Reads an address. `caFile`: certificates (PEM) of those who may vouch for the server. Throws what the file system says when a file it names
 * cannot be read.
 */
export function readAddress(url: string, caFile: string | null): PostgresAddress {
  const address = new URL(url);
  const given = new Map(TLS_SETTINGS.map((name) => [name, address.searchParams.get(name)]));
  for (const name of TLS_SETTINGS) address.searchParams.delete(name);
  const named = given.get('sslrootcert');
  const ca = caFile ?? (named === 'system' ? null : named);
  const mode = given.get('sslmode') ?? (ca || named ? 'verify-full' : 'disable');
  const read = (file: string | null | undefined): string | undefined => (file ? readFileSync(file, 'utf8') : undefined);
  const tls: ConnectionOptions = {};
  const files = { ca: read(ca), cert: read(given.get('sslcert')), key: read(given.get('sslkey')) };
  if (files.ca !== undefined) tls.ca = files.ca;
  if (files.cert !== undefined) tls.cert = files.cert;
  if (files.key !== undefined) tls.key = files.key;
  // As libpq has it: whoever names certificates wants them to be looked at.
  if (mode !== 'verify-full' && mode !== 'verify-ca' && !(mode === 'require' && ca)) tls.rejectUnauthorized = false;
  if (mode !== 'verify-full') tls.checkServerIdentity = () => undefined;
  return {
    config: { connectionString: address.href, ssl: mode === 'disable' ? false : tls },
    plainWillDo: mode === 'prefer' || mode === 'allow',
    shown: `${address.searchParams.get('host') ?? (address.hostname || 'localhost')}${address.port ? `:${address.port}` : ''}${address.pathname}`,
  };
}
