#!/usr/bin/env node
/** The operator's tool: `miradesk --help`. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readConfig } from './config.ts';
import { addMember, addWorkspace, changeWorkspace, listWorkspaces, OperatorError, setMemberPassword } from './operator.ts';
import { explainStartProblem } from './start-problems.ts';
import { DataLockedError } from './store/data-lock.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';

const HELP = `Usage: miradesk COMMAND

  miradesk workspace list
  miradesk workspace add ID --name NAME --owner-email EMAIL [--owner-password PASSWORD] [--origins LIST]
  miradesk workspace set ID [--name NAME] [--origins LIST]
  miradesk member add WORKSPACE --name NAME --email EMAIL [--role agent|owner] [--password PASSWORD]
  miradesk member password WORKSPACE EMAIL [--password PASSWORD]

ID        lower-case letters, digits and hyphens; it stands in the snippet and cannot be changed
LIST      websites that may use the widget, with commas between: https://shop.example,https://*.shop.example
          or * for all
PASSWORD  at least 8 characters; one is made and printed when it is left out

The data is looked for in DATA_DIR (default .data). One process at a time can use it: stop the gateway first.
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
  /** Answers what to print. */
  run(store: Store, words: string[], options: Options): Promise<string>;
}

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
};

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
  let dataDir: string | null = null;
  try {
    ({ dataDir } = readConfig({ DATA_DIR: environment.DATA_DIR }));
    const store = await openStore({ dataDir });
    try {
      out(await parsed.command.run(store, parsed.words, parsed.options));
    } finally {
      await store.close();
    }
    return 0;
  } catch (error) {
    if (error instanceof DataLockedError) err(`${error.message}\nYour command was not carried out. Run it again when the other one has stopped; then start that one again.\n`);
    else if (error instanceof OperatorError) err(`${error.message}\n`);
    else err(`${explainStartProblem(error, dataDir === null ? null : { dataDir, port: 0, host: null }) ?? (error instanceof Error ? error.stack : String(error))}\n`);
    return 1;
  }
}

function parse(args: string[]): 'help' | { command: Command; words: string[]; options: Options } {
  const { values: { help, ...options }, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (help || args.length === 0) return 'help';
  const name = positionals.slice(0, 2).join(' ');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new Error(`There is no command "${name}".`);
  const words = positionals.slice(2);
  if (words.length !== command.words) throw new Error(`"${name}" takes ${command.words === 0 ? 'nothing' : `${command.words} ${command.words === 1 ? 'word' : 'words'}`} after it.`);
  const foreign = Object.keys(options).find((option) => !command.options.includes(option as keyof Options));
  if (foreign) throw new Error(`"${name}" has no option --${foreign}.`);
  const missing = command.required.find((option) => options[option] === undefined);
  if (missing) throw new Error(`"${name}" needs --${missing}.`);
  return { command, words, options };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await runCli(process.argv.slice(2), process.env, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}
