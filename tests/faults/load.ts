/** Clients that edit and read while something breaks, and remember what they were told. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '#deploy/testing/inProcess.ts';

export const EDIT = 'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor asset { version } } }';

export type Load = {
  /** Errors by their code. */
  codes: ReadonlyMap<string, number>;
  /** What UPSTREAM_UNAVAILABLE told: `<system>: <message>`. */
  outages: ReadonlySet<string>;
  /** Descriptions, each written once, of edits that were confirmed, in that order. */
  confirmed: readonly string[];
  /** HTTP statuses of `/health/ready`. */
  readiness: ReadonlySet<number>;
  /** Why a client gave up, which none should: what it asked was answered by no GraphQL. */
  broken(): unknown;
  stop(): Promise<void>;
};

/** `ask`: as somebody who may edit. An editor for each asset. */
export function startLoad(
  url: string,
  ask: (query: string, variables?: Record<string, unknown>) => Promise<Answer>,
  assetIds: readonly string[],
): Load {
  const codes = new Map<string, number>();
  const outages = new Set<string>();
  const confirmed: string[] = [];
  const readiness = new Set<number>();
  let over = false;

  const note = (errors: Answer['errors']): void => {
    for (const { message, extensions } of errors ?? []) {
      codes.set(extensions.code, (codes.get(extensions.code) ?? 0) + 1);
      if (extensions.code === 'UPSTREAM_UNAVAILABLE') outages.add(`${extensions.system}: ${message}`);
    }
  };
  const edit = async (id: string): Promise<void> => {
    for (let n = 0; !over; n++) {
      const read = await ask('query ($id: ID!) { asset(id: $id) { version } }', { id });
      note(read.errors);
      if (!read.data?.asset) continue;
      const description = `${id} ${n}`;
      const { data, errors } = await ask(EDIT, { input: { id, version: read.data.asset.version, description } });
      note(errors);
      if (!errors && data.updateAsset) confirmed.push(description);
    }
  };
  const read = async (): Promise<void> => {
    while (!over) note((await ask('{ assets(first: 20) { nodes { id displayName columns { nodes { name } } } } }')).errors);
  };
  const watch = async (): Promise<void> => {
    for (; !over; await sleep(10)) readiness.add((await fetch(`${url}/health/ready`)).status);
  };
  const working = Promise.all([watch(), read(), read(), ...assetIds.map(edit)]);
  let broken: unknown;
  working.catch((error: unknown) => (broken = error)); // told by `stop`, too
  return {
    codes,
    outages,
    confirmed,
    readiness,
    broken: () => broken,
    async stop() {
      over = true;
      await working;
    },
  };
}
