import { openTestStore } from './harness/store.ts';
import { storeContract } from './store-contract.ts';

storeContract('PGlite', openTestStore);
