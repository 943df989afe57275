'use client';
import { useEffect, useRef, useState } from 'react';
import type { Told } from '@/lib/errors';
import { SessionProblem } from '@/lib/session/session';
import type { Operation } from './copy-as';
import { send, type Answer } from './send';

export type Run = { isRunning: boolean; answer: Answer | null; problem: Told | null };

/** The last operation that was sent, and what came of it. What is shown stays while the next one runs. */
export function useRun() {
  const [run, setRun] = useState<Run>({ isRunning: false, answer: null, problem: null });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function start(operation: Operation): Promise<Answer | null> {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    setRun((before) => ({ ...before, isRunning: true }));
    try {
      const answer = await send(operation, own.signal);
      setRun({ isRunning: false, answer, problem: null });
      return answer;
    } catch (error) {
      if (running.current === own) {
        const problem = own.signal.aborted ? null : describe(error as Error);
        setRun((before) => ({ isRunning: false, answer: problem ? null : before.answer, problem }));
      }
      return null;
    }
  }

  return {
    ...run,
    start,
    stop: () => running.current?.abort(),
    /** What is wrong before anything is sent. */
    refuse: (problem: Told) => setRun({ isRunning: false, answer: null, problem }),
  };
}

function describe(error: Error): Told {
  if (error instanceof SessionProblem && error.code === 'UNAUTHENTICATED')
    return { title: 'You are signed out', text: 'Sign in again; what you typed stays.', code: error.code };
  return { title: 'Nothing was answered', text: 'The server cannot be reached. What you typed stays.', code: 'UPSTREAM_UNAVAILABLE' };
}
