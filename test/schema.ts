/** `npm run schema`: writes supabase/schema.sql, the schema as all migrations together leave it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { migrate, readMigrations } from '../gateway/store/migrate.ts';
import { root } from './harness/build.ts';
import { dumpSchema, ROLES } from './harness/schema-dump.ts';

const file = join(root, 'supabase/schema.sql');
const database = await PGlite.create();
await database.exec(ROLES);
await migrate(database, await readMigrations());
await writeFile(file, await dumpSchema(async (sql) => (await database.query<Record<string, unknown>>(sql)).rows));
await database.close();
process.stdout.write(`${file}\n`);
