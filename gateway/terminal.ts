/** What the process says to people, on standard output. The log is another matter, and goes elsewhere. */
export interface Terminal {
  say(text: string): void;
  /**
   * Says what is being done, and the time it took. A terminal shows the line from the beginning, and what `note` says in its place
   * meanwhile; a file gets one line at the end.
   */
  step<T>(name: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
}

export function createTerminal(out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>): Terminal {
  const show = (text: string): void => { if (out.isTTY) out.write(`\r\u001b[K${text} …`); };
  const finish = (text: string): void => { out.write(`${out.isTTY ? '\r\u001b[K' : ''}${text}\n`); };
  return {
    say: (text) => { out.write(`${text}\n`); },
    async step(name, work) {
      const began = performance.now();
      show(name);
      try {
        const result = await work(show);
        finish(`${name} … ${((performance.now() - began) / 1_000).toFixed(1)} s`);
        return result;
      } catch (error) {
        finish(`${name} … did not work`);
        throw error;
      }
    },
  };
}
