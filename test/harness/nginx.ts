/** A real nginx with one of the configurations of examples/proxy, on loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build.ts';
import { freePort } from './free-port.ts';
import { systemProgram } from './system-program.ts';
import { Hopeless, until } from './until.ts';
import { forgetProcess, noteProcess, temporaryDirectory } from './workplace.ts';

export class Nginx {
  readonly #directory: string;
  readonly #port: number;
  readonly #child: ChildProcess;
  #printed = '';

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.#port = port;
    this.#child = spawn(systemProgram('nginx'), ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', join(directory, 'error.log')], { stdio: ['ignore', 'pipe', 'pipe'] });
    if (this.#child.pid !== undefined) noteProcess(this.#child.pid, 'nginx');
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => { this.#printed += text; });
    this.#child.once('error', () => {});
    this.#child.once('close', () => { if (this.#child.pid !== undefined) forgetProcess(this.#child.pid); });
  }

  /** Starts one with the example of that name in front of these gateways. */
  static async start(example: string, gatewayPorts: readonly number[]): Promise<Nginx> {
    const directory = temporaryDirectory('nginx');
    const port = await freePort();
    mkdirSync(join(directory, 'temp'));
    writeFileSync(join(directory, 'site.conf'), adapted(readFileSync(join(root, 'examples/proxy', example), 'utf8'), port, gatewayPorts));
    writeFileSync(join(directory, 'nginx.conf'), `
      daemon off;
      ${process.getuid?.() === 0 ? 'user root;' : ''}
      worker_processes 1;
      pid ${directory}/nginx.pid;
      events { worker_connections 512; }
      http {
        log_format test '$remote_addr $upstream_addr $status $request';
        access_log ${directory}/access.log test;
        error_log ${directory}/error.log;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${directory}/temp/${kind};`).join('\n')}
        include ${directory}/site.conf;
      }`);
    const nginx = new Nginx(directory, port);
    await until(async () => {
      if (nginx.#child.exitCode !== null) throw new Hopeless(`nginx ended:\n${nginx.#printed}`);
      return (await fetch(`${nginx.url}/metrics`)).status === 404;
    }, { what: 'nginx to answer', every: 10 });
    return nginx;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Which gateways (by port) have answered requests of a client's address, those for an address with `part` in it. */
  gatewaysOf(address: string, part = ''): Set<number> {
    const lines = readFileSync(join(this.#directory, 'access.log'), 'utf8').split('\n').filter((line) => line.startsWith(`${address} 127.0.0.1:`) && line.includes(part));
    return new Set(lines.map((line) => Number(/:(\d+)/.exec(line)?.[1])));
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await until(() => this.#child.exitCode !== null || this.#child.signalCode !== null, { what: 'nginx to end' });
  }
}

/** The example with the addresses of the test in the place of its own, and without a certificate. */
function adapted(example: string, port: number, gatewayPorts: readonly number[]): string {
  const gateways = [...new Set(example.match(/(?<=server )10\.0\.0\.\d+:3000/g))];
  if (gateways.length !== gatewayPorts.length) throw new Error(`The example has ${gateways.length} gateways`);
  return example
    .replace(/\nserver \{\s+listen 80;[^]*?\n\}/, '')
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/^\s+ssl_.*$/gm, '')
    .replace('server_name chat.example.com;', 'server_name 127.0.0.1;')
    .replace(/(?<=server )10\.0\.0\.\d+:3000/g, (address) => `127.0.0.1:${gatewayPorts[gateways.indexOf(address)]}`);
}
