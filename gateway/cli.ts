#!/usr/bin/env node
/** The operator's tool: `miradesk --help`. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readConfig, type Config } from './config.ts';
import { addMember, addWorkspace, changeWorkspace, listWorkspaces, OperatorError, setMemberPassword } from './operator.ts';
import { replayAll, sentenceFor } from './replay.ts';
import { explainStartProblem } from './start-problems.ts';
import { DataLockedError } from './store/data-lock.ts';
import { openStoreAndRpc } from './store/open-store.ts';
import type { Rpc, Store } from './store/store.ts';

const HELP = `Usage: miradesk COMMAND

  miradesk workspace list
  miradesk workspace add ID --name NAME --owner-email EMAIL [--owner-password PASSWORD] [--origins LIST]
  miradesk workspace set ID [--name NAME] [--origins LIST]
  miradesk member add WORKSPACE --name NAME --email EMAIL [--role agent|owner] [--password PASSWORD]
  miradesk member password WORKSPACE EMAIL [--password PASSWORD]
  miradesk migrate    brings the schema of the database up to date (a gateway with DATABASE_URL or DATA_DIR does so at its start)
  miradesk replay     rebuilds the state of all conversations from their logs and compares it with what is stored; 1 when they differ

ID        lower-case letters, digits and hyphens; it stands in the snippet and cannot be changed
LIST      websites that may use the widget, with commas between: https://shop.example,https://*.shop.example
          or * for all
PASSWORD  at least 8 characters; one is made and printed when it is left out

The data is where the gateway's settings say: DATABASE_URL, or SUPABASE_URL with SUPABASE_SECRET_KEY, or else DATA_DIR (default .data).
One process at a time can use DATA_DIR: stop the gateway first. With the others, commands work beside running gateways.
`;

/** The options of the commands, all taken and checked in one place; a command says which of them are its own. */
const OPTIONS = {
  name: { type: 'string' }, origins: { type: 'string' }, email: { type: 'string' }, role: { type: 'string' }, password: { type: 'string' },
  'owner-email': { type: 'string' }, 'owner-password': { type: 'string' }, help: { type: 'boolean', short: 'h' },
} as const;
type Options = Partial<Record<Exclude<keyof typeof OPTIONS, 'help'>, string>>;

interface Command {
  /** The words after the command's own. */
  words: number;
  options: ReadonlyArray<keyof Options>;
  required: ReadonlyArray<keyof Options>;
  /** Answers what to print, or tells it as it goes and answers the exit code. */
  run(store: Store, words: string[], options: Options, opened: Opened): Promise<string | number>;
}

/** What a few commands need besides the store. */
interface Opened { rpc: Rpc; out(text: string): void; migrations: readonly string[] }

const COMMANDS: Readonly<Record<string, Command>> = {
  'workspace list': { words: 0, options: [], required: [], run: (store) => listWorkspaces(store) },
  'workspace add': {
    words: 1, options: ['name', 'owner-email', 'owner-password', 'origins'], required: ['name', 'owner-email'],
    run: (store, [id = ''], { name = '', 'owner-email': ownerEmail = '', 'owner-password': ownerPassword, origins }) => addWorkspace(store, { id, name, ownerEmail, ownerPassword, origins }),
  },
  'workspace set': {
    words: 1, options: ['name', 'origins'], required: [],
    run: (store, [id = ''], { name, origins }) => changeWorkspace(store, { id, name, origins }),
  },
  'member add': {
    words: 1, options: ['name', 'email', 'role', 'password'], required: ['name', 'email'],
    run: (store, [workspace = ''], { name = '', email = '', role, password }) => addMember(store, { workspace, name, email, role, password }),
  },
  'member password': {
    words: 2, options: ['password'], required: [],
    run: (store, [workspace = '', email = ''], { password }) => setMemberPassword(store, { workspace, email, password }),
  },
  // Opening the store has done it.
  migrate: {
    words: 0, options: [], required: [],
    run: async (_, __, ___, { migrations }) => (migrations.length === 0 ? 'The schema is up to date; there was nothing to apply.\n' : `${migrations.map((name) => `Applied ${name}\n`).join('')}The schema is up to date.\n`),
  },
  replay: {
    words: 0, options: [], required: [],
    run: async (_, __, ___, { rpc, out }) => {
      const { workspaces, conversations, entries, differences } = await replayAll(rpc, (difference) => out(`${sentenceFor(difference)}\n`));
      const much = `${many(entries, 'entry', 'entries')} of ${many(conversations, 'conversation')} in ${many(workspaces, 'workspace')}`;
      out(`Replayed ${much}: ${differences === 0 ? 'all agree with what is stored' : many(differences, 'difference')}.\n`);
      return differences === 0 ? 0 : 1;
    },
  },
};

function many(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** The settings that say where the data is; a wrong one of any other kind is no reason not to work. */
const STORE_SETTINGS = /^(?:DATA_DIR|DATABASE_\w+|SUPABASE_\w+)$/;


/** Where what the tool says goes: answers to `out`, problems to `err`. */
export interface CliOutput { out(text: string): void; err(text: string): void }

/** Runs one command line. Answers the exit code: 0 done, 1 not possible, 2 not understood. */
export async function runCli(args: string[], environment: Record<string, string | undefined>, { out, err }: CliOutput): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    err(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  if (parsed === 'help') {
    out(HELP);
    return 0;
  }
  let config: Config | null = null;
  try {
    config = readConfig(storeEnvironment(environment, parsed.name));
    const migrations: string[] = [];
    const { store, rpc } = await openStoreAndRpc({ ...config, onMigration: (migration) => migrations.push(migration) });
    try {
      const answer = await parsed.command.run(store, parsed.words, parsed.options, { rpc, out, migrations });
      if (typeof answer === 'number') return answer;
      out(answer);
    } finally {
      await store.close();
    }
    return 0;
  } catch (error) {
    if (error instanceof DataLockedError) err(`${error.message}\nYour command was not carried out. Run it again when the other one has stopped; then start that one again.\n`);
    else if (error instanceof OperatorError) err(`${error.message}\n`);
    else err(`${explainStartProblem(error, config) ?? (error instanceof Error ? error.stack : String(error))}\n`);
    return 1;
  }
}

function storeEnvironment(environment: Record<string, string | undefined>, command: string): Record<string, string | undefined> {
  const all = Object.entries(environment).filter(([name]) => STORE_SETTINGS.test(name));
  // A Supabase project is migrated by its connection string, and its own settings may well be there, too.
  const direct = command === 'migrate' && environment.DATABASE_URL;
  return Object.fromEntries(all.filter(([name]) => !direct || !name.startsWith('SUPABASE_')));
}

function parse(args: string[]): 'help' | { name: string; command: Command; words: string[]; options: Options } {
  const { values: { help, ...options }, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (help || args.length === 0) return 'help';
  const name = [1, 2].map((length) => positionals.slice(0, length).join(' ')).find((words) => Object.hasOwn(COMMANDS, words)) ?? positionals.slice(0, 2).join(' ');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new Error(`There is no command "${name}".`);
  const words = positionals.slice(name.split(' ').length);
  if (words.length !== command.words) throw new Error(`"${name}" takes ${command.words === 0 ? 'nothing' : `${command.words} ${command.words === 1 ? 'word' : 'words'}`} after it.`);
  const foreign = Object.keys(options).find((option) => !command.options.includes(option as keyof Options));
  if (foreign) throw new Error(`"${name}" has no option --${foreign}.`);
  const missing = command.required.find((option) => options[option] === undefined);
  if (missing) throw new Error(`"${name}" needs --${missing}.`);
  return { name, command, words, options };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await runCli(process.argv.slice(2), process.env, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}
