/** Reads the log where it is kept, past all of our own code, while no gateway runs on it. */
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { LogEntry } from './compare-logs.ts';

/** Every entry of every conversation in the embedded database of a gateway that has stopped. */
export async function readLog(dataDir: string): Promise<LogEntry[]> {
  return withDatabase(dataDir, async (database) => {
    const { rows } = await database.query<LogEntry>(`
      select conversation_id as "conversationId", seq, kind, client_id as "clientId", body as text
      from miradesk.entries order by conversation_id, seq`);
    return rows;
  });
}

/** How many rows there are of what visitors bring about. */
export async function countRows(dataDir: string): Promise<{ visitors: number; conversations: number; entries: number }> {
  return withDatabase(dataDir, async (database) => {
    const { rows } = await database.query<{ visitors: number; conversations: number; entries: number }>(`
      select (select count(*)::int from miradesk.visitors) as visitors,
             (select count(*)::int from miradesk.conversations) as conversations,
             (select count(*)::int from miradesk.entries) as entries`);
    if (!rows[0]) throw new Error('The database counted nothing');
    return rows[0];
  });
}

async function withDatabase<T>(dataDir: string, run: (database: PGlite) => Promise<T>): Promise<T> {
  const database = await PGlite.create(join(dataDir, 'db'));
  try {
    return await run(database);
  } finally {
    await database.close();
  }
}
