/** Who may see which events. */
import { visibleClasses, type VisibleClasses } from '../auth/access.ts';
import { mayEverywhere, scopesFor, type Viewer } from '../auth/viewer.ts';
import type { Queryable } from '../database/index.ts';
import { InvalidInput } from '../errors.ts';
import type { EventAttributes, EventType } from './types.ts';

/**
 * `asset`: who may see the asset's access class before or after, and of lineage both ends. `source`: a reading role over the source, or over everything.
 * `reader`: any reading role. `administrator`: ADMIN over everything, who sees all others too.
 */
type Audience = 'asset' | 'source' | 'reader' | 'administrator';

/** A type that is not here is seen by administrators only. */
const AUDIENCES: Readonly<Record<EventType, Audience>> = {
  'source.registered': 'source',
  'source.updated': 'source',
  'source.removed': 'source',
  'scan.queued': 'source',
  'scan.started': 'source',
  'scan.progressed': 'source',
  'scan.held': 'source',
  'scan.reviewed': 'source',
  'scan.completed': 'source',
  'scan.failed': 'source',
  'scan.cancelled': 'source',
  'asset.created': 'asset',
  'asset.updated': 'asset',
  'asset.deleted': 'asset',
  'classification.suggested': 'asset',
  'classification.confirmed': 'asset',
  'classification.rejected': 'asset',
  'policy.created': 'reader',
  'policy.updated': 'reader',
  'policy.published': 'reader',
  'policy.retired': 'reader',
  'policy.violated': 'asset',
  'policy.resolved': 'asset',
  'policy.acknowledged': 'asset',
  'policy.waived': 'asset',
  'policy.reopened': 'asset',
  'lineage.changed': 'asset',
  'term.created': 'reader',
  'term.updated': 'reader',
  'term.removed': 'reader',
  'domain.created': 'reader',
  'domain.updated': 'reader',
  'domain.removed': 'reader',
  'team.created': 'reader',
  'team.updated': 'reader',
  'token.created': 'administrator',
  'token.revoked': 'administrator',
  'event.erased': 'administrator',
  'audit.failed': 'administrator',
  'identity.userCreated': 'administrator',
  'identity.rolesChanged': 'administrator',
  'identity.signedIn': 'administrator',
  'identity.signedOut': 'administrator',
  'identity.signInFailed': 'administrator',
  'identity.sessionRevoked': 'administrator',
  'identity.userErased': 'administrator',
};

const EVENT_TYPES = Object.keys(AUDIENCES) as EventType[];

/** What of the log a viewer may see. Made once for an operation. */
export type EventScope =
  | 'all'
  | {
      /** Classes whose assets' events are seen. */
      classes: VisibleClasses;
      /** Sources whose own events and scans are seen. */
      sourceIds: 'all' | string[];
      /** The sources of `classes` and `sourceIds`: only their events need looking at. */
      among: string[];
      reader: boolean;
    };

export async function eventScope(sql: Queryable, viewer: Viewer): Promise<EventScope> {
  if (mayEverywhere(viewer, 'administer')) return 'all';
  const scopes = scopesFor(viewer, 'read');
  if (scopes.everything) return { classes: 'all', sourceIds: 'all', among: [], reader: true };
  const classes = (await visibleClasses(sql, viewer, 'read')) as number[];
  const rows = await sql<{ sourceId: string }[]>`select distinct source_id from access.classes where id = any(${classes}::int[])`;
  return {
    classes,
    sourceIds: scopes.sourceIds,
    among: [...new Set([...scopes.sourceIds, ...rows.map((row) => row.sourceId)])],
    reader: scopes.sourceIds.length > 0 || scopes.domainIds.length > 0,
  };
}

/**
 * The event types that a filter asks for: a name, or `asset.*` for all of a noun. A name that no event has is no
 * error (a client may be newer than the server); BAD_USER_INPUT for what cannot be a name.
 */
export function matchTypes(patterns: readonly string[]): string[] {
  const names = patterns.flatMap((pattern) => {
    if (!/^[a-z]+\.(\*|[a-zA-Z]+)$/.test(pattern)) {
      throw new InvalidInput('"types" takes names such as "asset.updated", or "asset.*" for every event of a noun.', 'types');
    }
    return pattern.endsWith('.*') ? EVENT_TYPES.filter((type) => type.startsWith(pattern.slice(0, -1))) : [pattern];
  });
  return [...new Set(names)];
}

/** The types that a scope may see at all, by whether each event is looked at. `asked` null: every type. */
export type VisibleTypes = {
  /** Every type without a condition, also those that this version does not know. */
  everything: boolean;
  /** Seen without a look at the event. */
  open: string[];
  /** Seen if its access classes are. */
  byClass: string[];
  /** Seen if its source is. */
  bySource: string[];
};

export function visibleTypes(scope: EventScope, asked: readonly string[] | null): VisibleTypes {
  if (scope === 'all') return { everything: asked === null, open: [...(asked ?? [])], byClass: [], bySource: [] };
  const types: VisibleTypes = { everything: false, open: [], byClass: [], bySource: [] };
  for (const type of asked ?? EVENT_TYPES) {
    const audience: Audience | undefined = AUDIENCES[type as EventType];
    if (audience === 'asset') (scope.classes === 'all' ? types.open : types.byClass).push(type);
    else if (audience === 'source') (scope.sourceIds === 'all' ? types.open : types.bySource).push(type);
    else if (audience === 'reader' && scope.reader) types.open.push(type);
  }
  return types;
}

/** Whether one event in hand is seen: as the queries of the log decide by `visibleTypes`. */
export function seesEvent(scope: EventScope, { type, attributes }: { type: string; attributes: EventAttributes }): boolean {
  if (scope === 'all') return true;
  const audience: Audience | undefined = AUDIENCES[type as EventType];
  if (audience === 'reader') return scope.reader;
  const { accessBefore, accessAfter, accessFrom, sourceId } = attributes;
  if (audience === 'source') return scope.sourceIds === 'all' || (sourceId !== undefined && scope.sourceIds.includes(sourceId));
  if (audience !== 'asset') return false;
  const { classes } = scope;
  if (classes === 'all') return true;
  const sees = (accessClass: number | undefined): boolean => accessClass !== undefined && classes.includes(accessClass);
  return (sees(accessBefore) || sees(accessAfter)) && (accessFrom === undefined || sees(accessFrom));
}
