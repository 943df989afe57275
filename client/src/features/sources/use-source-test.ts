'use client';
import { useRef, useState } from 'react';
import { useMutation, type CombinedError } from 'urql';
import { graphql } from '@/gql';
import type { SourceTestRunMutation, TestSourceInput } from '@/gql/graphql';
import { describeError } from '@/lib/errors';

const SOURCE_TEST_RUN = graphql(`
  mutation SourceTestRun($input: TestSourceInput!) {
    testSource(input: $input) {
      test {
        ok
        message
        latencyMs
        serverVersion
        missingPermissions
      }
    }
  }
`);

export type TestResult = NonNullable<SourceTestRunMutation['testSource']>['test'];
export type SourceTest = {
  isRunning: boolean;
  /** Of the config as it is now; an older one's is told as such. */
  result: TestResult | null;
  error: CombinedError | null;
  at: Date | null;
  isStale: boolean;
  run: (input: TestSourceInput) => Promise<Readonly<Record<string, string>>>;
};

/** `config.host` → `host`: where the form shows what the API refused. */
export function fieldErrors(error: CombinedError | undefined): Readonly<Record<string, string>> {
  const told = error && describeError(error);
  if (!told?.field || told.code === 'CONFLICT') return {};
  const path = told.field === 'config' ? '' : told.field.replace(/^config\./, '');
  // The message repeats the field, which stands right above it.
  return { [path]: told.text.replace(`${told.field}: `, '') };
}

/** Connects and looks, as often as asked; `config` tells whether the last answer is about what is filled in now. */
export function useSourceTest(config: unknown): SourceTest {
  const [, test] = useMutation(SOURCE_TEST_RUN);
  const [known, setKnown] = useState<{ of: string; result: TestResult | null; error: CombinedError | null; at: Date } | null>(null);
  const [running, setRunning] = useState(0);
  const last = useRef(0);
  return {
    isRunning: running > 0,
    result: known?.result ?? null,
    error: known?.error ?? null,
    at: known?.at ?? null,
    isStale: known !== null && known.of !== JSON.stringify(config),
    async run(input) {
      const number = ++last.current;
      const of = JSON.stringify(config);
      setRunning((count) => count + 1);
      const { data, error } = await test({ input });
      setRunning((count) => count - 1);
      // A newer one drops the older.
      if (number !== last.current) return {};
      setKnown({ of, result: data?.testSource?.test ?? null, error: error ?? null, at: new Date() });
      return fieldErrors(error);
    },
  };
}
