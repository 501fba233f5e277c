/**
 * The figures for Prometheus, put together when they are asked for. What is counted while requests run is plain numbers elsewhere
 * (traffic.ts, store/commit-figures.ts); here they get their names.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry, type Metric } from 'prom-client';
import type { Server } from 'socket.io';
import { PROTOCOL_VERSION } from '../shared/limits.ts';
import { processFigures, type ProcessFigures } from './process-figures.ts';
import type { Namespaces } from './rooms.ts';
import type { Buckets } from './store/buckets.ts';
import type { Store } from './store/store.ts';
import type { SideTraffic, Traffic } from './traffic.ts';

type Labels = Record<string, string>;
/** One line of a figure. */
type Sample = [labels: Labels, value: number];

export interface MetricsOptions {
  traffic: Traffic;
  store: Pick<Store, 'figures'>;
  io: Pick<Server, 'engine'>;
  namespaces: Namespaces;
  /** How this gateway stands among the others; null where there can be none. */
  cluster?(): { degraded: boolean; gateways: number } | null;
  /** Whether Redis answers; null where there is none. */
  redis?: { readonly up: boolean } | null;
  /** Whether the database answers, asked at every look. */
  databaseAnswers(): Promise<boolean>;
}

export interface Metrics {
  readonly contentType: string;
  /** All figures in Prometheus' text format. */
  text(): Promise<string>;
  /** Stops what watches the process. */
  close(): void;
}

export function createMetrics({ traffic, store, io, namespaces, cluster = () => null, redis = null, databaseAnswers }: MetricsOptions): Metrics {
  const registry = new Registry();
  const sides: Array<[string, SideTraffic]> = [['visitor', traffic.visitors], ['agent', traffic.agents]];
  const yes = (value: boolean): number => (value ? 1 : 0);
  const perSide = (samples: (side: SideTraffic) => Iterable<Sample>): Sample[] =>
    sides.flatMap(([namespace, side]) => [...samples(side)].map(([labels, value]): Sample => [{ namespace, ...labels }, value]));

  /** One figure; `read` is called at every look. */
  function publish(type: 'counter' | 'gauge', name: string, help: string, read: () => Iterable<Sample> | Promise<Iterable<Sample>>): void {
    register(registry, { name, help, type, values: async () => [...await read()].map(([labels, value]) => ({ labels, value })) });
  }
  function publishHistogram(name: string, help: string, read: () => Array<[Labels, Buckets]>): void {
    register(registry, { name, help, type: 'histogram', values: async () => read().flatMap(([labels, buckets]) => histogramLines(name, labels, buckets)) });
  }

  publish('gauge', 'miradesk_build_info', 'Always 1; the labels say what is running.', () => [[build(), 1]]);

  publish('gauge', 'miradesk_connections', 'Clients that are in a namespace.', () => [
    [{ namespace: 'visitor' }, namespaces.visitors.sockets.size], [{ namespace: 'agent' }, namespaces.agents.sockets.size]]);
  publish('gauge', 'miradesk_transport_connections', 'Connections, whether they have entered a namespace or not.', () => [[{}, io.engine.clientsCount]]);
  publish('counter', 'miradesk_handshakes_total', 'Attempts to enter a namespace, by result: ok, or the code of the refusal. Namespace "other": one that does not exist.', () => [
    ...perSide(({ handshakes }) => resultSamples({}, handshakes)), ...resultSamples({ namespace: 'other' }, traffic.elsewhere)]);

  publish('counter', 'miradesk_requests_total', 'Requests that were answered, by event and result: ok, or the code of the error. Event "unknown": one that does not exist.', () =>
    perSide(({ requests }) => [...requests].flatMap(([event, { results }]) => resultSamples({ event }, results))));
  publishHistogram('miradesk_ack_latency_seconds', 'From a request\'s arrival to its acknowledgement, by event.', () =>
    sides.flatMap(([namespace, { requests }]) => [...requests].map(([event, { seconds }]): [Labels, Buckets] => [{ namespace, event }, seconds])));
  publish('counter', 'miradesk_resumes_total', 'Clients that connected and asked for what they had missed, by what that was.', () =>
    perSide(({ syncs }) => Object.entries(syncs.resumes).map(([missed, count]): Sample => [{ missed }, count])));
  publish('counter', 'miradesk_gaps_repaired_total', 'Conversations of which a connected client had missed something, which it got by asking.', () =>
    perSide(({ syncs }) => [[{}, syncs.gapsRepaired]]));
  publish('counter', 'miradesk_broadcasts_total', 'News told to a room, by name.', () =>
    perSide(({ news }) => [...news].map(([name, count]): Sample => [{ news: name }, count])));

  publish('gauge', 'miradesk_commit_queue_length', 'Commands that wait for the database or are being committed.', () => [[{}, store.figures().queued]]);
  publishHistogram('miradesk_commit_batch_size', 'Commands committed together.', () => [[{}, store.figures().commits.sizes]]);
  publishHistogram('miradesk_commit_duration_seconds', 'How long the database took for a batch.', () => [[{}, store.figures().commits.seconds]]);
  publish('counter', 'miradesk_commit_failures_total', 'Batches the database did not take, or of which nobody knows whether it did.', () => [[{}, store.figures().commits.failed]]);

  publish('gauge', 'miradesk_database_up', '1 while the database answers.', async () => [[{}, yes(await databaseAnswers())]]);
  publish('gauge', 'miradesk_redis_up', '1 while Redis answers; absent without REDIS_URL.', () => (redis ? [[{}, yes(redis.up)]] : []));
  publish('gauge', 'miradesk_degraded', '1 while gateways ask the database for each other\'s news, because Redis does not carry them.', () => [[{}, yes(cluster()?.degraded ?? false)]]);
  publish('gauge', 'miradesk_gateways_alive', 'Gateways that share the database, this one included.', () => [[{}, cluster()?.gateways ?? 1]]);

  const self: ProcessFigures = processFigures();
  for (const { type, name, help, read } of self.figures) publish(type, name, help, read);

  return { contentType: registry.contentType, text: () => registry.metrics(), close: () => self.close() };
}

function resultSamples(labels: Labels, results: Iterable<[string, number]>): Sample[] {
  return [...results].map(([result, count]) => [{ ...labels, result }, count]);
}

interface Line { labels: Labels; value: number; metricName?: string }

/** Buckets hold what fell between two bounds; Prometheus wants what is below each. */
function histogramLines(name: string, labels: Labels, { bounds, counts, sum }: Buckets): Line[] {
  let below = 0;
  const lines = [...counts].map((count, place): Line => {
    below += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(bounds[place] ?? '+Inf') }, value: below };
  });
  return [...lines, { metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: below }];
}

/** prom-client's own kinds keep the counts themselves, under a text made of the labels each time; a registry takes anything that can be asked. */
function register(registry: Registry, { name, help, type, values }: { name: string; help: string; type: string; values(): Promise<Line[]> }): void {
  const figure = { name, get: async () => ({ name, help, type, values: await values(), aggregator: 'sum' }) };
  registry.registerMetric(figure as unknown as Metric);
}

function build(): Labels {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string };
  return { version, node: process.versions.node, protocol: String(PROTOCOL_VERSION) };
}
