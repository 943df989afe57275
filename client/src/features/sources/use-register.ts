'use client';
import { useState } from 'react';
import { useMutation, type CombinedError } from 'urql';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { errorText } from '@/lib/errors';
import type { Draft } from './draft';
import { fieldErrors } from './use-source-test';

const REGISTER = graphql(`
  mutation RegisterSourceSave($input: RegisterSourceInput!) {
    registerSource(input: $input) {
      source {
        id
        name
        scans {
          id
          version
        }
      }
    }
  }
`);
const SCOPE = graphql(`
  mutation RegisterSourceScope($input: UpdateScanInput!) {
    updateScan(input: $input) {
      scan {
        id
        version
        schedule
        include
        exclude
      }
    }
  }
`);
const START = graphql(`
  mutation RegisterSourceStart($input: StartScanInput!) {
    startScan(input: $input) {
      run {
        id
        status
      }
    }
  }
`);

type Outcome = { to?: string; step?: number; errors: Readonly<Record<string, string>> };

const CONFLICT_FIELDS: Readonly<Record<string, number>> = { name: 4, config: 2 };
const OF_STEP_4 = ['name', 'description', 'owners'];

/** Where a refusal belongs: a taken name to its field, anything of the connection to its form. */
function placeOf(error: CombinedError): Outcome {
  const { field, code } = (error.graphQLErrors[0]?.extensions ?? {}) as { field?: string; code?: string };
  const message = error.graphQLErrors[0]?.message ?? '';
  if (code === 'CONFLICT' && field && field in CONFLICT_FIELDS) {
    return { step: CONFLICT_FIELDS[field], errors: { [field === 'config' ? '' : field]: message } };
  }
  const errors = fieldErrors(error);
  const [path] = Object.keys(errors);
  if (path === undefined) return { errors };
  const [first] = path.split('.');
  return { step: first === 'schedule' ? 3 : OF_STEP_4.includes(first!) ? 4 : 2, errors };
}

/** Registers, narrows the first scan, and starts it: in this order, so that nothing is read that was left out. */
export function useRegister() {
  const [, save] = useMutation(REGISTER);
  const [, narrow] = useMutation(SCOPE);
  const [, start] = useMutation(START);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError | null>(null);

  async function run(draft: Draft & { connector: string }, scanNow: boolean): Promise<Outcome> {
    const isNarrowed = draft.include.length > 0 || draft.exclude.length > 0;
    const saved = await save({
      input: {
        name: draft.name.trim(),
        connector: draft.connector,
        config: draft.config,
        description: draft.description.trim() || null,
        // A schedule comes with the scope: what is left out must not be read in between.
        schedule: isNarrowed ? null : draft.schedule,
        owners: draft.owners.map(({ role, userId, teamId }) => ({ role, ...(userId ? { userId } : { teamId }) })),
      },
    });
    if (saved.error) return (setError(saved.error), placeOf(saved.error));
    const source = saved.data!.registerSource!.source!;
    const to = `/sources/${source.id}`;
    const [scan] = source.scans;
    if (isNarrowed && scan) {
      const { include, exclude, schedule } = draft;
      const narrowed = await narrow({
        input: { id: scan.id, version: scan.version, include: [...include], exclude: [...exclude], schedule },
      });
      if (narrowed.error) {
        toast({ title: 'Registered, but not what to scan', text: `${errorText(narrowed.error)} Nothing was scanned.`, stays: true });
        return { to: `${to}?tab=scans`, errors: {} };
      }
    }
    if (!scanNow) return { to, errors: {} };
    const started = await start({ input: { sourceId: source.id, scanId: scan?.id ?? null } });
    if (started.error) {
      toast({ title: 'Registered, but not scanned', text: errorText(started.error), stays: true });
      return { to, errors: {} };
    }
    return { to: `/runs/${started.data!.startScan!.run!.id}`, errors: {} };
  }

  return {
    isBusy,
    error,
    async register(draft: Draft & { connector: string }, scanNow: boolean): Promise<Outcome> {
      setBusy(true);
      setError(null);
      try {
        return await run(draft, scanNow);
      } finally {
        setBusy(false);
      }
    },
  };
}
