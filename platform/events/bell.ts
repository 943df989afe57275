/** Lets one waiter be called early; a ring while nobody waits is kept for the next. */
export function createBell(): { ring: () => void; wait: (ms: number) => Promise<boolean> } {
  let rung = false;
  let answer: ((rung: boolean) => void) | undefined;
  return {
    ring() {
      rung = true;
      answer?.(true);
    },
    async wait(ms) {
      if (!rung) {
        const timer = setTimeout(() => answer?.(false), ms);
        await new Promise<boolean>((resolve) => (answer = resolve));
        clearTimeout(timer);
        answer = undefined;
      }
      const result = rung;
      rung = false;
      return result;
    },
  };
}
