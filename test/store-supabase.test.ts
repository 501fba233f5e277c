import { afterAll, beforeAll } from 'vitest';
import { openStoreAndRpc } from '../gateway/store/open-store.ts';
import { startSupabase, type Supabase } from './harness/supabase.ts';
import { storeContract } from './store-contract.ts';

let supabase: Supabase;
beforeAll(async () => {
  supabase = await startSupabase();
  await supabase.push();
});
afterAll(() => supabase.stop());

storeContract('Supabase', async () => {
  const opened = await openStoreAndRpc({ dataDir: '', supabaseUrl: supabase.url, supabaseSecretKey: supabase.secretKey });
  return { ...opened, close: () => opened.store.close() };
});
