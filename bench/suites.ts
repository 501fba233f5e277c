/** The suites of `npm run bench`, each a question and the lines that answer it. */
import { postgresOn } from './databases.ts';
import { fill } from './fill.ts';
import { pinMainThread, pinProcess, threadTimes } from './cores.ts';
import type { FlowJob, FlowResult } from './load-flow.ts';
import { runLoad, startEcho, startGateway, type Server } from './servers.ts';
import { median, ms, whole, type Line } from './table.ts';
import { measureWidget } from './widget.ts';
import { temporaryDirectory } from '../test/harness/workplace.ts';

export interface Scope {
  /** How often a comparison is made; the median counts. */
  rounds: number;
  long: boolean;
}

export interface Suite { title: string; run(scope: Scope): Promise<Line[]> }

/** As many people as write at once, each waiting for the acknowledgement before the next message. */
const WRITERS = 1_000;

function flow({ port, cookie }: Server, change: Partial<FlowJob> = {}): FlowJob {
  return { kind: 'flow', port, cookie, visitors: WRITERS, window: 1, rate: null, warmUpMs: 1_500, measureMs: 4_000, textLength: 100, ...change };
}

type Flow = FlowResult & { microseconds: { main: number; others: number } };

/** A flow, with the processor time that a message took of the server. */
async function runFlow(server: Server, change: Partial<FlowJob> = {}): Promise<Flow> {
  const before = threadTimes(server.pid);
  const job = flow(server, change);
  const result = await runLoad(job);
  const after = threadTimes(server.pid);
  const messages = result.delivered * ((job.warmUpMs + job.measureMs) / 1_000);
  return { ...result, microseconds: { main: (after.main - before.main) / messages, others: (after.others - before.others) / messages } };
}

/** Takes turns, so that whatever else the machine does disturbs both alike; answers each server's results, round by round. */
async function inTurns(servers: readonly Server[], rounds: number, change: Partial<FlowJob> = {}): Promise<Flow[][]> {
  const results: Flow[][] = servers.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, server] of servers.entries()) results[index]?.push(await runFlow(server, change));
  }
  return results;
}

async function withServers<T>(run: (servers: { echo: Server; postgres: Server; pglite: Server }) => Promise<T>): Promise<T> {
  const database = await postgresOn();
  const servers: Server[] = [];
  try {
    const echo = await startEcho();
    const postgres = await startGateway({ databaseUrl: database.url });
    const pglite = await startGateway({});
    servers.push(echo, postgres, pglite);
    return await run({ echo, postgres, pglite });
  } finally {
    for (const server of servers) await server.stop();
    await database.stop();
  }
}

const throughput: Suite = {
  title: 'Durable throughput: committed, acknowledged, seen by an agent (1,000 visitors, one message each at a time)',
  run: ({ rounds }) => withServers(async ({ echo, postgres, pglite }) => {
    const [base = [], onPostgres = [], onPGlite = []] = await inTurns([echo, postgres, pglite], rounds);
    const line = (name: string, results: Flow[], least: number, aim: number): Line => {
      const ratio = median(results.map(({ delivered }, round) => delivered / (base[round]?.delivered ?? Number.NaN)));
      const { main, others } = results.at(-1)?.microseconds ?? { main: 0, others: 0 };
      return {
        figure: `gateway on ${name} (a message: ${main.toFixed(0)} µs of its thread, ${others.toFixed(0)} of its other threads)`,
        measured: `${whole(median(results.map(({ delivered }) => delivered)))}/s`, baseline: `echo ${whole(median(base.map(({ delivered }) => delivered)))}/s`,
        ratio, target: `>= ${least}, aim ${aim}`, met: ratio >= least && results.every(({ refused }) => refused === 0),
      };
    };
    return [line('Postgres', onPostgres, 0.35, 0.45), line('PGlite', onPGlite, 0.25, 0.33)];
  }),
};

const latency: Suite = {
  title: 'Added latency at 1,000 messages/s: sent until seen by the agent, over the echo',
  run: ({ rounds }) => withServers(async ({ echo, postgres, pglite }) => {
    const [base = [], onPostgres = [], onPGlite = []] = await inTurns([echo, postgres, pglite], rounds, { rate: 1_000 });
    return ([['Postgres, fsync on', onPostgres, 2, 10], ['PGlite', onPGlite, null, 25]] as const).flatMap(([name, results, most, most99]) =>
      (['median', 'p99'] as const).map((which): Line => {
        const added = median(results.map((result, round) => result.latency[which] - (base[round]?.latency[which] ?? 0)));
        const limit = which === 'median' ? most : most99;
        return {
          figure: `${name}, ${which === 'p99' ? '99th percentile' : which}`, measured: ms(median(results.map((result) => result.latency[which]))),
          baseline: `echo ${ms(median(base.map((result) => result.latency[which])))}`, ratio: null,
          target: limit === null ? `added ${ms(added)}` : `added ${ms(added)}, at most ${limit} ms`, met: limit === null ? null : added <= limit,
        };
      }));
  }),
};

const memory: Suite = {
  title: 'Memory of an idle visitor connection',
  run: async ({ long }) => {
    const connections = long ? 18_000 : 5_000;
    const measured: Array<{ connected: number; bytesEach: number }> = [];
    for (const start of [startEcho, startGateway]) {
      const server = await start({ inspect: true });
      try {
        measured.push(await runLoad({ kind: 'idle', port: server.port, inspector: server.inspector, bare: server.cookie === null, connections }));
      } finally {
        await server.stop();
      }
    }
    const [bare = { connected: 0, bytesEach: Number.NaN }, gateway = { connected: 0, bytesEach: Number.NaN }] = measured;
    const ratio = gateway.bytesEach / bare.bytesEach;
    return [{
      figure: `${whole(gateway.connected)} connected at once`, measured: `${(gateway.bytesEach / 1_024).toFixed(1)} KB each`, baseline: `bare ${(bare.bytesEach / 1_024).toFixed(1)} KB each`,
      ratio, target: '<= 1.25', met: ratio <= 1.25,
    }];
  },
};

const fan: Suite = {
  title: 'Fan-out: one entry to 100 watching agents',
  run: ({ rounds }) => withServers(async ({ echo, postgres }) => {
    const job = { kind: 'fan', watchers: 100, window: 32, measureMs: 4_000, payloadBytes: 0 } as const;
    const ratios: number[] = [];
    const received: number[] = [];
    const bases: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const ours = await runLoad({ ...job, port: postgres.port, cookie: postgres.cookie });
      const bare = await runLoad({ ...job, port: echo.port, cookie: null, payloadBytes: ours.newsBytes });
      received.push(ours.received);
      bases.push(bare.received);
      ratios.push(ours.received / bare.received);
    }
    return [{ figure: 'news received by all agents', measured: `${whole(median(received))}/s`, baseline: `bare room ${whole(median(bases))}/s`, ratio: median(ratios), target: '>= 0.9', met: median(ratios) >= 0.9 }];
  }),
};

const storm: Suite = {
  title: 'Reconnect storm: the gateway is killed with -9 and started again under all of them',
  run: async ({ long }) => {
    const visitors = long ? 10_000 : 2_000;
    const database = await postgresOn();
    let server = await startGateway({ databaseUrl: database.url });
    try {
      let again: Promise<void> | undefined;
      const result = await runLoad({ kind: 'storm', port: server.port, cookie: server.cookie ?? '', visitors, messages: 100, giveUpMs: 60_000 }, () => {
        again = server.kill().then(async () => { server = await startGateway({ databaseUrl: database.url, port: server.port }); });
      });
      await again;
      const sound = result.errors === 0 && result.missing === 0;
      return [
        { figure: `${whole(visitors)} visitors all resumed (half after ${(result.half / 1_000).toFixed(1)} s, ${whole(result.attempts)} attempts)`, measured: `${(result.all / 1_000).toFixed(1)} s`, baseline: null, ratio: null, target: '<= 20 s', met: sound && result.all <= 20_000 },
        { figure: `latest of 100 messages written meanwhile (${result.missing} missing, ${result.errors} errors)`, measured: `${(result.latest / 1_000).toFixed(1)} s late`, baseline: null, ratio: null, target: '<= 20 s', met: sound && result.latest <= 20_000 },
      ];
    } finally {
      await server.stop();
      await database.stop();
    }
  },
};

const growth: Suite = {
  title: 'Growth: throughput and latency with a past in the database (Postgres)',
  run: async ({ long, rounds }) => {
    const lines: Line[] = [];
    let first: { rate: number; latency: number } | undefined;
    const sizes: ReadonlyArray<readonly [number, number]> = long ? [[10, 10], [1_000, 10], [100_000, 10]] : [[10, 10], [1_000, 10], [20_000, 10]];
    for (const [conversations, entriesEach] of sizes) {
      const database = await postgresOn();
      const server = await startGateway({ databaseUrl: database.url });
      try {
        await fill(database.url, conversations, entriesEach);
        const [full = []] = await inTurns([server], rounds);
        const [calm = []] = await inTurns([server], 1, { rate: 1_000 });
        const here = { rate: median(full.map(({ delivered }) => delivered)), latency: calm[0]?.latency.median ?? Number.NaN };
        first ??= here;
        lines.push({
          figure: `${whole(conversations)} conversations, ${whole(conversations * entriesEach)} entries`, measured: `${whole(here.rate)}/s, median ${ms(here.latency)}`,
          baseline: `10: ${whole(first.rate)}/s, ${ms(first.latency)}`, ratio: here.rate / first.rate, target: '>= 0.8', met: here.rate / first.rate >= 0.8,
        });
      } finally {
        await server.stop();
        await database.stop();
      }
    }
    return lines;
  },
};

const start: Suite = {
  title: 'From start to ready',
  run: async () => {
    const dataDir = temporaryDirectory('bench-start');
    const lines: Line[] = [];
    for (const [figure, most] of [['first start on an empty directory (PGlite)', 3_000], ['later start', 1_000]] as const) {
      const server = await startGateway({ dataDir });
      await server.stop();
      lines.push({ figure, measured: `${whole(server.readyMs)} ms`, baseline: null, ratio: null, target: `<= ${whole(most)} ms`, met: server.readyMs <= most });
    }
    return lines;
  },
};

const two: Suite = {
  title: 'Two gateways on one Postgres and one Redis',
  run: async ({ rounds }) => {
    const { startRedis } = await import('../test/harness/redis.ts');
    const database = await postgresOn();
    const redis = await startRedis();
    const gateways: Server[] = [];
    try {
      gateways.push(await startGateway({ databaseUrl: database.url, redisUrl: redis.url }));
      const alone = await inTurns(gateways, rounds);
      const second = await startGateway({ databaseUrl: database.url, redisUrl: redis.url, core: 1 });
      gateways.push(second);
      pinProcess(second.pid, 1);
      pinMainThread(second.pid, 1);
      const both: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const results = await Promise.all(gateways.map((server) => runFlow(server, { visitors: WRITERS / 2 })));
        both.push(results.reduce((sum, { delivered }) => sum + delivered, 0));
      }
      const one = median((alone[0] ?? []).map(({ delivered }) => delivered));
      const ratio = median(both) / one;
      return [{
        figure: 'both together (one on core 0; the other on core 1, with Postgres, Redis and the loads)', measured: `${whole(median(both))}/s`, baseline: `one ${whole(one)}/s`, ratio,
        target: '>= 1.7 where each has a core', met: null,
      }];
    } finally {
      for (const server of gateways) await server.stop();
      await redis.kill();
      await database.stop();
    }
  },
};

const widget: Suite = { title: 'What the widget costs the demo page before anybody clicks', run: measureWidget };

export const SUITES: Readonly<Record<string, Suite>> = { throughput, latency, memory, storm, fan, growth, two, start, widget };
