/** Why a start fails, in words that say what to do. */
import { AssetsMissing } from './assets.ts';
import { ConfigError, type Config } from './config.ts';
import { DataLockedError } from './store/data-lock.ts';
import { DatabaseProblem } from './store/database-problem.ts';
import { MigrationError } from './store/migrate.ts';

/** The sentence for a problem a person can solve; null for anything else, which is ours and belongs into the log. */
export function explainStartProblem(error: unknown, config: Pick<Config, 'port' | 'host' | 'dataDir'> | null): string | null {
  if (error instanceof ConfigError) return ['MiraDesk cannot start with these settings:', ...error.problems.map((problem) => `  ${problem}`), 'Run it with --help to see all settings.'].join('\n');
  if (error instanceof DataLockedError || error instanceof MigrationError || error instanceof DatabaseProblem) return error.message;
  if (error instanceof AssetsMissing) return 'The widget and the console are not built yet. Run `npm run build` first, or start with --build.';
  if (!config || !(error instanceof Error)) return null;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'listen' || syscall === 'bind' || syscall === 'getaddrinfo') return explainListen(code, config);
  const reason = code === undefined ? undefined : FOLDER_PROBLEMS[code];
  return reason === undefined ? null : `The directory for the data, ${config.dataDir}, ${reason}. Choose another one with DATA_DIR.`;
}

const FOLDER_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'cannot be written by this user',
  EPERM: 'cannot be written by this user',
  EROFS: 'is on a file system that is read-only',
  ENOTDIR: 'is not a directory',
  EEXIST: 'is not a directory',
  ENOSPC: 'is on a file system that is full',
};

function explainListen(code: string | undefined, { port, host }: Pick<Config, 'port' | 'host'>): string {
  if (code === 'EADDRINUSE') return `Port ${port} is in use by another program. Stop that one, or choose another port: PORT=${port + 1} npm start`;
  if (code === 'EACCES') return `This user may not listen on port ${port}. Ports from 1024 up can be used by everybody: choose one with PORT.`;
  return `This machine has no address ${host ?? ''} to listen on. Check HOST.`;
}
