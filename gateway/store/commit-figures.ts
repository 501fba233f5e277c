/** What group commits are counted by, since the store was opened. */
import { Buckets, SECONDS } from './buckets.ts';

export class CommitFigures {
  /** Commands in each batch that was sent to the database. */
  readonly sizes = new Buckets([1, 2, 5, 10, 20, 50, 100, 200, 500]);
  /** How long each of them took, in seconds. */
  readonly seconds = new Buckets(SECONDS);
  /** Batches that the database did not take, or of which nobody knows whether it did. */
  failed = 0;

  /** A batch was answered. */
  committed(commands: number, ms: number): void {
    this.sizes.observe(commands);
    this.seconds.observe(ms / 1_000);
  }
}
