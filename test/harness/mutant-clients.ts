/** Clients with a mistake in them, for the tests of the fault tests, which have to find each of them. */
import { IDBFactory } from 'fake-indexeddb';
import { AgentClient, type Waiting } from './agent-client.ts';
import { VisitorClient } from './visitor-client.ts';

/** Forgets what waits when the page is loaded again. */
export class ForgetfulVisitor extends VisitorClient {
  override reload(tab = 0): void {
    this.indexedDB = new IDBFactory();
    super.reload(tab);
  }
}

/** Sends the newest message first. */
export class HastyAgent extends AgentClient {
  protected override next(waiting: readonly Waiting[]): Waiting | undefined {
    return waiting.at(-1);
  }
}
