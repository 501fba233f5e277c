/** The log: JSON lines about what happened, never about what people wrote, and never with anything that signs somebody in. */
import pino, { type DestinationStream, type Logger } from 'pino';
import { StoreError } from './store/store.ts';

export type { Logger } from 'pino';

/** Names under which secrets and words of people travel; should one end up in a log line, its value does not. */
const PRIVATE = ['text', 'password', 'passwordHash', 'token', 'tokenSecret', 'identitySecret', 'identity', 'userId', 'userHash', 'secret', 'tokenHash', 'cookie', 'authorization', 'email', 'auth', 'payload', 'body', 'headers', 'preview', 'url'];

/** Logs to standard error unless a destination is given. Written at once: a crash loses no line. */
export function createLogger(level: string, destination: DestinationStream = pino.destination({ fd: 2, sync: true })): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: PRIVATE.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[left out]' },
    serializers: { err: describeError, error: describeError },
  }, destination);
}

interface DescribedError { type: string; code?: string; message?: string; stack?: string[]; cause?: DescribedError }

/** Errors of these kinds speak of programs, not of data: JSON's and the database's, for two, may quote what somebody wrote. */
const SPEAKS_OF_PROGRAMS: readonly unknown[] = [TypeError, ReferenceError, RangeError];

/** What is logged of an error: kind, code, where it happened; what it says only where that cannot quote data. */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? String(error.code) : undefined;
  const saysWhat = SPEAKS_OF_PROGRAMS.includes(error.constructor) || 'syscall' in error || error instanceof StoreError;
  return {
    type: error.constructor.name,
    ...(code === undefined ? {} : { code }),
    ...(saysWhat ? { message: error.message } : {}),
    stack: placesOf(error),
    ...(error.cause === undefined || depth >= 3 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}

/** The lines of the stack that name places. The message goes first, because its own lines could look like such. */
function placesOf({ stack = '', message }: Error): string[] {
  const from = message === '' ? 0 : stack.indexOf(message) + message.length;
  return stack.slice(from).split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 12).map((line) => line.trim());
}
