'use client';
import { useRouter } from 'next/navigation';
import { useMutation } from 'urql';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { errorText } from '@/lib/errors';

const START_SCAN = graphql(`
  mutation StartScan($input: StartScanInput!) {
    startScan(input: $input) {
      run {
        id
        status
      }
    }
  }
`);

/** Starts a scan and shows its run. */
export function useStart(): { start: (sourceId: string, scanId?: string) => Promise<void>; isStarting: boolean } {
  const router = useRouter();
  const [{ fetching }, run] = useMutation(START_SCAN);
  return {
    isStarting: fetching,
    async start(sourceId, scanId) {
      const { data, error } = await run({ input: { sourceId, scanId: scanId ?? null } });
      if (error) toast({ title: 'The scan was not started', text: errorText(error), stays: true });
      else if (data?.startScan?.run) router.push(`/runs/${data.startScan.run.id}`);
    },
  };
}
