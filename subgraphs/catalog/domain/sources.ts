/** Registering, changing, testing and removing sources. */
import type { z } from 'zod';
import { upsertClass } from '#platform/auth/access.ts';
import { may, requireEverywhere, requireReader, type Viewer } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { Conflict, InvalidInput, NotAllowed, NotFound } from '#platform/errors.ts';
import { append, logPosition } from '#platform/events/append.ts';
import { checkName, checkOptionalText } from '#platform/graphql/inputs.ts';
import { isId, newId } from '#platform/ids.ts';
import { qualifiedName, type CheckResult, type Connector } from '../connectors/types.ts';
import * as scansStore from '../store/scans.ts';
import { forgetNativeIds } from '../store/scannedAssets.ts';
import * as store from '../store/sources.ts';
import type { SourceRow } from '../store/tables/source.ts';
import type { Vault } from '../store/vault.ts';
import { checkGlobs, createScope } from './scans.ts';
import { checkOwners, type OwnerInput } from './owners.ts';
import { checkSchedule, nextRunAt } from './schedule.ts';
import { diff } from './snapshot.ts';

const DESCRIPTION = { max: 65_536 };
/** Longer than any connector's own deadline, so that its message is the one that people see. */
const TEST_DEADLINE_MS = 14_000;
/** A preview looks through so many names, and tells so many of those that match. */
const MOST_LISTED = 100_000;
const MOST_NAMES = 200;

export type RegisterSource = {
  name: string;
  connector: string;
  config: unknown;
  description?: string | null;
  schedule?: string | null;
  owners?: OwnerInput[] | null;
};
export type UpdateSource = {
  id: string;
  version: number;
  name?: string | null;
  config?: unknown;
  description?: string | null;
  owners?: OwnerInput[] | null;
};
export type TestSource = { id?: string | null; connector?: string | null; config?: unknown };
export type PreviewScan = TestSource & { include?: string[] | null; exclude?: string[] | null };
/** What globs match of a source as it is now. `totalIsCapped`: there may be more than was looked through. */
export type ScanPreview = { total: number; totalIsCapped: boolean; matched: number; names: string[]; unreadable: string[] };

export type SourcesDeps = {
  sql: Database;
  vault: Vault;
  connectors: ReadonlyMap<string, Connector>;
  onCommit: () => void;
};
export type Sources = ReturnType<typeof createSources>;

export function createSources({ sql, vault, connectors, onCommit }: SourcesDeps) {
  function getConnector(id: string, field: string): Connector {
    const connector = connectors.get(id);
    if (!connector)
      throw new InvalidInput(`There is no connector "${id.slice(0, 100)}"; there are: ${[...connectors.keys()].join(', ')}.`, field);
    return connector;
  }

  function parseConfig(connector: Connector, config: unknown): unknown {
    const result = connector.configSchema.safeParse(config);
    if (!result.success) throw invalidConfig(result.error);
    return result.data;
  }

  /** The source if the viewer sees it and may administer it: NOT_FOUND before FORBIDDEN. */
  function checkAdministers(viewer: Viewer, source: SourceRow | undefined, id: string): SourceRow {
    if (!source || !may(viewer, 'read', { sourceId: source.id })) throw new NotFound('source', id);
    if (!may(viewer, 'administer', { sourceId: source.id })) {
      throw new NotAllowed('This needs the role ADMIN over the source.', 'role:ADMIN');
    }
    return source;
  }

  /** Claims what the config names. `*` claims the server's rest under that name, and each database when it is scanned. */
  async function claim(tx: Transaction, source: { id: string; namespace: string }, connector: Connector, config: unknown): Promise<void> {
    const containers = connector.containers(config);
    const taken = await store.claimContainers(tx, { namespace: source.namespace, sourceId: source.id, containers });
    if (taken[0]) {
      const what =
        taken[0].container === '*' ? 'All databases of this server belong' : `The database "${taken[0].container}" of this server belongs`;
      throw new Conflict(`${what} to the source "${taken[0].sourceName}" already.`, { field: 'config' });
    }
  }

  /** A given config with `***` and absent secrets filled from the stored one, which only the same server, port and user may have. */
  async function mergeConfig(tx: Database | Transaction, source: SourceRow, given: unknown): Promise<unknown> {
    const connector = getConnector(source.connector, 'connector');
    const config = parseConfig(connector, given);
    const stored = await vault.unsealConfig(tx, source.id, source);
    if (connector.endpoint(config) === connector.endpoint(stored)) return connector.unmask(config, stored);
    if (JSON.stringify(config).includes('***')) {
      throw new InvalidInput('Host, port or user changed: give the password again.', 'config');
    }
    return config;
  }

  return {
    async register(viewer: Viewer | null, input: RegisterSource, id = newId()): Promise<{ id: string; cursor: string }> {
      const known = requireReader(viewer);
      const name = checkName(input.name, 'name');
      const connector = getConnector(input.connector, 'connector');
      const config = parseConfig(connector, input.config);
      const description = checkOptionalText(input.description ?? null, 'description', DESCRIPTION);
      const schedule = checkSchedule(input.schedule, 'schedule');
      const owners = checkOwners(input.owners ?? [], 'owners');
      requireEverywhere(known, 'administer');
      const now = new Date();
      const cursor = await sql.begin(async (tx) => {
        const position = await logPosition(tx);
        const namespace = connector.namespace(config);
        const sealed = await vault.sealConfig(tx, id, config);
        const inserted = await store.insertSource(tx, {
          id,
          name,
          connector: connector.id,
          ...sealed,
          namespace,
          description,
          createdAt: now,
          updatedAt: now,
        });
        if (!inserted) throw new Conflict(`There is a source "${name}" already.`, { field: 'name' });
        await claim(tx, { id, namespace }, connector, config);
        await store.replaceSourceOwners(tx, id, owners);
        await upsertClass(tx, { sourceId: id, domainId: null });
        await scansStore.insertScan(tx, {
          id: newId(),
          sourceId: id,
          name: 'default',
          schedule,
          nextRunAt: nextRunAt(schedule, now),
          include: [],
          exclude: [],
        });
        await append(
          tx,
          'catalog',
          [
            {
              type: 'source.registered',
              subject: id,
              actorId: known.userId,
              data: { name, connector: connector.id, namespace },
              attributes: { sourceId: id },
            },
          ],
          now,
        );
        return position;
      });
      onCommit();
      return { id, cursor };
    },

    async update(viewer: Viewer | null, input: UpdateSource): Promise<{ id: string; cursor: string }> {
      const known = requireReader(viewer);
      if (input.name === null) throw new InvalidInput('A source needs a name.', 'name');
      const name = input.name === undefined ? undefined : checkName(input.name, 'name');
      checkOptionalText(input.description, 'description', DESCRIPTION);
      const owners = input.owners === undefined ? undefined : checkOwners(input.owners ?? [], 'owners');
      const cursor = await sql.begin(async (tx) => {
        const position = await logPosition(tx);
        const source = checkAdministers(known, isId(input.id) ? await store.lockSource(tx, input.id) : undefined, input.id);
        const connector = getConnector(source.connector, 'connector');
        const stored = await vault.unsealConfig(tx, source.id, source);
        const config = input.config == null ? stored : await mergeConfig(tx, source, input.config);
        if (source.version !== input.version) {
          throw new Conflict('Somebody changed this source meanwhile: read it again.', { currentVersion: source.version });
        }
        const ownersBefore = (await store.listSourceOwners(tx, [source.id])).map(({ sourceId: _, ...owner }) => owner);
        const next = {
          name: name ?? source.name,
          description: input.description === undefined ? source.description : input.description,
        };
        const namesake = await store.findSourceByName(tx, next.name);
        if (namesake && namesake.id !== source.id) throw new Conflict(`There is a source "${next.name}" already.`, { field: 'name' });
        const changes = diff(
          { name: source.name, description: source.description, owners: ownersBefore, config: connector.mask(stored) },
          { ...next, owners: owners ?? ownersBefore, config: connector.mask(config) },
        );
        // A password alone does not show in the masked config, and is a change all the same.
        const secretChanged = JSON.stringify(config) !== JSON.stringify(stored);
        if (changes.length === 0 && !secretChanged) return position;
        const sealed = secretChanged
          ? await vault.sealConfig(tx, source.id, config)
          : { config: source.config, configKeyId: source.configKeyId };
        const now = new Date();
        await store.updateSourceRow(tx, source.id, { ...next, ...sealed, updatedAt: now, version: source.version + 1 });
        if (owners) await store.replaceSourceOwners(tx, source.id, owners);
        if (secretChanged) {
          const containers = connector.containers(config);
          // What `*` has claimed by scanning stays its own.
          if (!containers.includes('*')) await store.releaseContainers(tx, source.id, containers);
          await claim(tx, source, connector, config);
          // Another server numbers its objects anew: its numbers must not be taken for those of this one.
          if (connector.endpoint(config) !== connector.endpoint(stored)) await forgetNativeIds(tx, source.id);
        }
        await append(
          tx,
          'catalog',
          [
            {
              type: 'source.updated',
              subject: source.id,
              actorId: known.userId,
              data: { name: next.name, changes },
              attributes: { sourceId: source.id },
            },
          ],
          now,
        );
        return position;
      });
      onCommit();
      return { id: input.id, cursor };
    },

    /** The source goes at once; a job turns its assets into tombstones, in batches. */
    async remove(viewer: Viewer | null, id: string): Promise<{ id: string; cursor: string }> {
      const known = requireReader(viewer);
      const cursor = await sql.begin(async (tx) => {
        const position = await logPosition(tx);
        const source = checkAdministers(known, isId(id) ? await store.lockSource(tx, id) : undefined, id);
        const run = await scansStore.findCurrentRun(tx, source.id);
        if (run) await scansStore.updateRun(tx, run.id, { cancelRequested: true });
        const now = new Date();
        await store.markSourceRemoved(tx, source.id, now);
        await append(
          tx,
          'catalog',
          [
            {
              type: 'source.removed',
              subject: source.id,
              actorId: known.userId,
              data: { name: source.name },
              attributes: { sourceId: source.id },
            },
          ],
          now,
        );
        await store.addRemovalJob(tx, source.id, known.userId);
        return position;
      });
      onCommit();
      return { id, cursor };
    },

    /** Connects and looks, with a stored config, a given one, or a given one over a stored one. */
    async test(viewer: Viewer | null, input: TestSource): Promise<CheckResult> {
      const known = requireReader(viewer);
      const { connector, config } = await configToTest(known, input);
      return await connector.check(config, AbortSignal.timeout(TEST_DEADLINE_MS));
    },

    /** Looks through the names of what is there; nothing is stored, and nothing else is read. */
    async previewScan(viewer: Viewer | null, input: PreviewScan): Promise<ScanPreview> {
      const known = requireReader(viewer);
      const scope = createScope({ include: checkGlobs(input.include, 'include'), exclude: checkGlobs(input.exclude, 'exclude') });
      const { connector, config } = await configToTest(known, input);
      const signal = AbortSignal.timeout(TEST_DEADLINE_MS);
      const skipContainers = await store.containersOfOthers(sql, connector.namespace(config), input.id ?? null);
      const preview: ScanPreview = { total: 0, totalIsCapped: false, matched: 0, names: [], unreadable: [] };
      const matching: string[] = [];
      try {
        for await (const item of connector.list(config, { skipContainers, signal })) {
          if (item.type === 'unreachable') preview.unreadable.push(item.container);
          else if (preview.total === MOST_LISTED) {
            preview.totalIsCapped = true;
            break;
          } else {
            preview.total++;
            if (scope.includes(item.schema, item.name)) matching.push(qualifiedName([item.container, item.schema, item.name]));
          }
        }
      } catch (error) {
        // What was seen by then is told for what it is.
        if (!signal.aborted || preview.total === 0) throw error;
        preview.totalIsCapped = true;
      }
      return { ...preview, matched: matching.length, names: matching.sort().slice(0, MOST_NAMES) };
    },

    mask(source: SourceRow, config: unknown): unknown {
      return connectors.get(source.connector)?.mask(config) ?? {};
    },
    readConfig: (source: SourceRow): Promise<unknown> => vault.unsealConfig(sql, source.id, source),
  };

  async function configToTest(viewer: Viewer, input: TestSource): Promise<{ connector: Connector; config: unknown }> {
    if (input.id == null) {
      if (input.connector == null || input.config == null) {
        throw new InvalidInput('Give the "id" of a source, or a "connector" and its "config".', 'id');
      }
      const connector = getConnector(input.connector, 'connector');
      const config = parseConfig(connector, input.config);
      requireEverywhere(viewer, 'administer');
      return { connector, config };
    }
    const [found] = isId(input.id) ? await store.getSourcesById(sql, [input.id]) : [];
    const source = checkAdministers(viewer, found?.removedAt ? undefined : found, input.id);
    const connector = getConnector(source.connector, 'connector');
    const config = input.config == null ? await vault.unsealConfig(sql, source.id, source) : await mergeConfig(sql, source, input.config);
    return { connector, config };
  }
}

function invalidConfig(error: z.ZodError): InvalidInput {
  const issue = error.issues[0]!;
  const field = ['config', ...issue.path.map(String)].join('.');
  return new InvalidInput(`${field}: ${issue.message}`, field);
}
