/** Finds a program that tests need besides Node, or installs it where that asks nobody anything, or says what to do. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

interface SystemProgram {
  /** The command's name, and the folders it may be in besides those of PATH. */
  command: string;
  folders?: readonly string[];
  /** Debian's package. */
  package: string;
  /** What people of other systems do. */
  elsewhere: string;
}

const PROGRAMS = {
  redis: { command: 'redis-server', package: 'redis-server', elsewhere: 'macOS: brew install redis' },
  // Debian keeps it where only root looks.
  nginx: { command: 'nginx', folders: ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'], package: 'nginx', elsewhere: 'macOS: brew install nginx' },
} as const satisfies Record<string, SystemProgram>;

/** The path of the executable. As root on Debian or Ubuntu it is installed when it is missing. */
export function systemProgram(name: keyof typeof PROGRAMS): string {
  const program: SystemProgram = PROGRAMS[name];
  const found = find(program);
  if (found) return found;
  if (process.getuid?.() === 0 && find({ ...program, command: 'apt-get' })) {
    process.stdout.write(`There is no ${program.command} here yet. Installing it with apt: ${program.package}\n`);
    const script = `apt-get update && apt-get install -y --no-install-recommends ${program.package}`;
    spawnSync('sh', ['-c', script], { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    const installed = find(program);
    if (installed) return installed;
  }
  throw new Error(`These tests start a real ${program.command}, and there is none here.
Install it and run the tests again:
  Debian, Ubuntu:  sudo apt-get install ${program.package}
  ${program.elsewhere}`);
}

function find({ command, folders = [] }: SystemProgram): string | null {
  const places = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...folders];
  return places.map((folder) => join(folder, command)).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
