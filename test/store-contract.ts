/**
 * What every store must do, whatever the database behind it. Registered once per transport: `storeContract(name, open)`.
 * Every test works in a workspace of its own, so that one database serves them all.
 */
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe } from 'vitest';
import type { AppendCommand, Appended } from '../gateway/store/store.ts';
import { appendContract } from './store-contract-append.ts';
import { filesContract } from './store-contract-files.ts';
import { gatewaysContract } from './store-contract-gateways.ts';
import { inboxContract } from './store-contract-inbox.ts';
import { modelContract } from './store-contract-model.ts';
import { peopleContract } from './store-contract-people.ts';
import { readsContract } from './store-contract-reads.ts';
import { visitor, type Contract } from './store-contract-scene.ts';
import { syncContract } from './store-contract-sync.ts';
import { tenantsContract } from './store-contract-tenants.ts';
import { visitorsContract } from './store-contract-visitors.ts';
import { testMember, testWorkspace, type TestStore } from './harness/store.ts';

export function storeContract(name: string, open: () => Promise<TestStore>): void {
  describe(`store contract: ${name}`, () => {
    let opened: TestStore;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    const contract: Contract = {
      async scene() {
        const { store, rpc } = opened;
        const id = `ws-${nanoid()}`;
        const [ada, ben] = [testMember({ name: 'Ada', role: 'owner' }), testMember({ name: 'Ben' })];
        await store.createWorkspace(testWorkspace(id));
        await store.addMember(id, ada);
        await store.addMember(id, ben);
        const append = (command: AppendCommand): Promise<Appended> => store.append(id, command);
        return {
          id, ada, ben, store, rpc, append,
          async start(visitorId = nanoid(), text = 'Hello') {
            const appended = await append({
              kind: 'start', author: visitor(visitorId), clientId: nanoid(), conversationId: nanoid(), conversationClientId: nanoid(), text, page: null,
            });
            return { conversationId: appended.conversation.id, visitorId, appended };
          },
        };
      },
    };

    peopleContract(contract);
    appendContract(contract);
    filesContract(contract);
    syncContract(contract);
    readsContract(contract);
    inboxContract(contract);
    visitorsContract(contract);
    gatewaysContract(contract);
    tenantsContract(contract);
    modelContract(contract);
  });
}
