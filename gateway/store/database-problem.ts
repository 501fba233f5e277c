/** Why a database cannot be used, in words for the person who starts the gateway. */
import { sqlstateOf } from './sql-errors.ts';
import { StoreError } from './store.ts';
import { SupabaseError } from './supabase-error.ts';

/** Something about the database, or the way to it, that a person has to put right; the message says what. Never quotes a password. */
export class DatabaseProblem extends Error {
  override readonly name = 'DatabaseProblem';
}

/** What the system says when there is nobody at an address, or no answer; also what drivers say without any code. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the host name cannot be looked up at the moment',
  ENOENT: 'there is no such socket',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to this host',
  ENETUNREACH: 'there is no way to this network',
  ECONNRESET: 'it ended the connection',
  EPIPE: 'it ended the connection',
};

/** What some states mean for somebody who starts a gateway. */
const BY_STATE: Readonly<Record<string, string>> = {
  '28P01': 'refuses the password. Check user and password.',
  '28000': 'does not let this user in from here. Check the user, what pg_hba.conf allows, and whether the server wants TLS: ?sslmode=require.',
  '3D000': 'is not there: the server has no database of this name. Make it: createdb NAME.',
  '57P03': 'is starting or stopping. Try again in a moment.',
  '53300': 'has no connection left. Raise its max_connections, or lower DATABASE_POOL.',
  '42501': 'does not allow this user to do what is needed. To make or update the schema its owner is needed: run "npx miradesk migrate" as that user.',
  '0A000': 'cannot do what is needed: PostgreSQL 14 or newer is needed.',
};

const TLS_CODES = /^(?:ERR_(?:TLS|SSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/;

export const HOW_TO_MIGRATE = 'Bring it up to date: DATABASE_URL=… npx miradesk migrate (with the connection string of the project), or supabase db push.';

/** True while waiting may help: the server is not there (yet), or is just starting. */
export function isPassing(failure: unknown): boolean {
  const error = failure instanceof StoreError ? failure.cause : failure;
  if (error instanceof SupabaseError) return error.status === 0 || error.status >= 500 || error.status === 429;
  const sqlstate = sqlstateOf(error);
  if (sqlstate !== undefined) return /^(?:08|53|57P0)/.test(sqlstate);
  const code = codeOf(error);
  return code === undefined || (code !== 'ENOTFOUND' && code !== 'ENOENT' && !TLS_CODES.test(code));
}

/** The sentence for what happened when Postgres at `shown` was asked; null when nothing is wrong with the way there. */
export function explainPostgres(error: unknown, shown: string): DatabaseProblem | null {
  const sentence = sentenceFor(error);
  return sentence === null ? null : new DatabaseProblem(`The database at ${shown} ${sentence} (DATABASE_URL)`, { cause: error });
}

/** The same for a Supabase project at `host`. */
export function explainSupabase(failure: unknown, host: string): DatabaseProblem | null {
  const error = failure instanceof StoreError ? failure.cause : failure;
  if (!(failure instanceof StoreError)) return null;
  const sentence = error instanceof SupabaseError ? sentenceForSupabase(error) : 'cannot be reached: it does not answer in time. Check SUPABASE_URL.';
  return sentence === null ? null : new DatabaseProblem(`The Supabase project at ${host} ${sentence}`, { cause: failure });
}

function sentenceForSupabase({ code, status }: SupabaseError): string | null {
  if (code === 'PGRST202') return `has no schema for MiraDesk, or an old one. ${HOW_TO_MIGRATE}`;
  if (code === 'PGRST106') return 'does not let the schema miradesk be used. Add it to the exposed schemas in the project\'s settings of the Data API.';
  if (code === '42501' || status === 401 || status === 403) return 'refuses the key. SUPABASE_SECRET_KEY wants the secret key (sb_secret_…, or the older service_role key), not the publishable one.';
  if (code === '3F000' || code === '42883') return `has no schema for MiraDesk, or an old one. ${HOW_TO_MIGRATE}`;
  if (status === 0) return 'cannot be reached. Check SUPABASE_URL.';
  if (status >= 500 || status === 429) return `does not take part at the moment (${code || status}). Try again in a moment.`;
  return status === 404 ? 'is not a Supabase project: nothing there answers as one. Check SUPABASE_URL.' : null;
}

function sentenceFor(error: unknown): string | null {
  const sqlstate = sqlstateOf(error);
  const known = sqlstate === undefined ? undefined : BY_STATE[sqlstate];
  if (known) return known;
  if (sqlstate !== undefined) return /^(?:08|53|57|58)/.test(sqlstate) ? `does not take part at the moment (${sqlstate}). Try again in a moment.` : null;
  const code = codeOf(error);
  if (code !== undefined && TLS_CODES.test(code)) return `could not prove who it is by TLS (${code}). Check sslmode, and DATABASE_CA_FILE for a certificate authority of your own.`;
  if (code !== undefined) return code in UNREACHABLE ? `cannot be reached: ${UNREACHABLE[code]}. Check host and port.` : null;
  if (!(error instanceof Error)) return null;
  // The driver's own errors have no code; it ends a connection in a few ways only.
  if (error.message.includes('does not support SSL')) return 'has no TLS, but sslmode asks for it. Set sslmode=disable, or give the server a certificate.';
  if (error.message.includes('password must be a string') || error.message.includes('SASL')) return 'wants a password. Give one in the address.';
  return /timeout|terminated|standby/i.test(error.message) ? `cannot be reached: ${error.message.includes('standby') ? 'it is a standby of another server' : 'it does not answer'}. Check host and port.` : null;
}

/** The code of a system error; of several attempts at once (a host with more than one address), of the last. */
function codeOf(error: unknown): string | undefined {
  const errors = error instanceof AggregateError ? error.errors : [error];
  const last: unknown = errors.at(-1);
  const code = typeof last === 'object' && last !== null && 'code' in last ? last.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
