/** Two commands of one folder that must not do the same at once. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 500;

/** Resolves when it is our turn, with what ends it. A killed one's turn is over. `onWait` is called once when another one has it. */
export async function takeTurn(file: string, { onWait, signal }: { onWait: () => void; signal: AbortSignal }): Promise<() => void> {
  for (let told = false; ; told = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isRunning(file)) {
      if (!told) onWait();
      await sleep(LOOK_MS, undefined, { signal });
    } else {
      rmSync(file, { force: true });
    }
  }
}

function isRunning(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
