/** Looks into a server from outside by Node's inspector, so that the server needs no code for being measured. */

interface Answer { id?: number; result?: { result?: { value?: unknown } } }

/** Bytes that a process has in use after its garbage was collected: heap, and what lies outside of it. `inspector`: ws://127.0.0.1:PORT/ID. */
export async function bytesInUse(inspector: string): Promise<number> {
  const socket = new WebSocket(inspector);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`no inspector at ${inspector}`)));
  });
  let lastId = 0;
  const ask = (method: string, params: Record<string, unknown> = {}): Promise<unknown> => new Promise((resolve) => {
    lastId += 1;
    const id = lastId;
    const listener = ({ data }: MessageEvent): void => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id !== id) return;
      socket.removeEventListener('message', listener);
      resolve(answer.result?.result?.value);
    };
    socket.addEventListener('message', listener);
    socket.send(JSON.stringify({ id, method, params }));
  });
  try {
    // Twice: what the first one frees may hold something outside of the heap.
    for (let round = 0; round < 2; round += 1) await ask('HeapProfiler.collectGarbage');
    const bytes = await ask('Runtime.evaluate', { expression: '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())', returnByValue: true });
    return Number(bytes);
  } finally {
    socket.close();
  }
}
