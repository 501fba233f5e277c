/**
 * The load, as a process of its own so that it can have a core of its own: `node bench/load.ts JOB`, where JOB is JSON.
 * Its last line is JSON with what it measured; a line CUT before asks whoever started it to kill the server and start it again.
 */
import { measureFan, type FanJob, type FanResult } from './load-fan.ts';
import { measureFlow, type FlowJob, type FlowResult } from './load-flow.ts';
import { measureIdle, type IdleJob, type IdleResult } from './load-idle.ts';
import { measureStorm, type StormJob, type StormResult } from './load-storm.ts';

export type Job = FlowJob | IdleJob | FanJob | StormJob;
export type ResultOf<J extends Job> = J extends FlowJob ? FlowResult : J extends IdleJob ? IdleResult : J extends FanJob ? FanResult : StormResult;

export const CUT = 'CUT';

function measure(job: Job): Promise<FlowResult | IdleResult | FanResult | StormResult> {
  switch (job.kind) {
    case 'flow': return measureFlow(job);
    case 'idle': return measureIdle(job);
    case 'fan': return measureFan(job);
    case 'storm': return measureStorm(job, () => new Promise((resolve) => { process.stdout.write(`${CUT}\n`, () => resolve()); }));
  }
}

if (import.meta.main) {
  const result = await measure(JSON.parse(process.argv[2] ?? '{}') as Job);
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
