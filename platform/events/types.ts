/** What an event is, and the data of each type, in one place. */

/** The type of an event: `noun.pastVerb`. */
export type EventType = keyof EventData;

/** A change of a snapshot. `path` is a JSON Pointer (RFC 6901) into it, columns by name: /columns/email/nullable. */
export type Change = { path: string; before: unknown; after: unknown };

export type AssetRef = { namespace: string; name: string; kind: string };
/** What a view reads: names, not ids, because the other side may not be scanned yet. */
export type Dependency = { name: string; columns: string[] };
/**
 * Of a view. `definition` is its SQL, told where it is new or the view reads something else; null: there is none, or it is very long; absent:
 * it is as before.
 */
export type ViewWords = { dependsOn?: Dependency[]; definition?: string | null };

/** What a scan or a person changed of a column's label. `before`, `after` null: the column has not got it. */
export type LabelChange = { columnId: string; column: string; label: string; before: LabelState | null; after: LabelState | null };
export type LabelState = 'SUGGESTED' | 'CONFIRMED' | 'REJECTED';
export type Severity = 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
export type ViolationStatus = 'OPEN' | 'ACKNOWLEDGED' | 'RESOLVED' | 'WAIVED';

export type ScanCounts = { added: number; changed: number; unchanged: number; removed: number };
/** How far the run came, as its progress tells it from then on. */
type ScanReach = { done: number; total: number | null };

export type PolicyWords = { name: string; ruleType: string; params: unknown; scope: unknown; severity: Severity };
/** `columnId`: of the column that is at fault, if it is one. */
export type ViolationWords = AssetRef & { policyName: string; columnId: string | null; column: string | null; message: string };

/** What a person said of what flows into an asset, or into one of its columns. */
export type LineageWords = { change: 'declared' | 'retracted'; level: 'ASSET' | 'COLUMN'; declarationId: string; reason: string };

export type EventData = {
  'source.registered': { name: string; connector: string; namespace: string };
  'source.updated': { name: string; changes: Change[] };
  'source.removed': { name: string };
  'scan.queued': { sourceId: string; scanId: string | null };
  'scan.started': { sourceId: string; scanId: string | null };
  'scan.progressed': { phase: string; done: number; total: number | null; message: string | null };
  'scan.held': ScanCounts & ScanReach & { pendingDeletions: number };
  'scan.reviewed': ScanReach & { accepted: boolean; removed: number };
  'scan.completed': ScanCounts & ScanReach & { status: string; warnings: number };
  'scan.failed': ScanCounts & ScanReach & { error: string };
  'scan.cancelled': ScanCounts & ScanReach;
  'asset.created': AssetRef & ViewWords;
  'asset.updated': AssetRef & ViewWords & { version: number; changes: Change[] };
  'asset.deleted': AssetRef & { version: number };
  'classification.suggested': AssetRef & { changes: LabelChange[] };
  'classification.confirmed': AssetRef & { changes: LabelChange[] };
  'classification.rejected': AssetRef & { changes: LabelChange[] };
  'policy.created': PolicyWords;
  'policy.updated': { name: string; version: number; changes: Change[] };
  'policy.published': PolicyWords & { version: number };
  'policy.retired': { name: string; version: number };
  'policy.violated': ViolationWords;
  'policy.resolved': ViolationWords;
  'policy.acknowledged': ViolationWords;
  'policy.waived': ViolationWords & { because: string; until: string };
  'policy.reopened': ViolationWords & { because: 'the waiver expired' | 'somebody reopened it' };
  'lineage.changed': AssetRef & LineageWords;
  'term.created': { name: string; parentId: string | null };
  'term.updated': { name: string; version: number; changes: Change[] };
  'term.removed': { name: string };
  'domain.created': { name: string; parentId: string | null };
  'domain.updated': { name: string; version: number; changes: Change[] };
  'domain.removed': { name: string };
  'team.created': { name: string; memberIds?: string[] };
  'team.updated': { name: string; changes: Change[] };
  'token.created': { name: string; scopes: string[]; expiresAt: string | null };
  'token.revoked': { name: string };
  /**
   * Of an event that lost its data and its salt, for a person's sake: told in the transaction that takes them. One for each, whose id is the
   * subject: verification takes an event without data for erased only where it finds this.
   */
  'event.erased': { type: string };
  /** The subject is the verification. `anchoredSeq`: the last that a checkpoint vouches for. */
  'audit.failed': { fault: string; firstBrokenSeq: number | null; anchoredSeq: number | null };
  'identity.userCreated': { email: string; name: string; roles: unknown };
  'identity.rolesChanged': { before: unknown; after: unknown };
  'identity.signedIn': { sessionId: string };
  'identity.signedOut': { sessionId: string | null; everywhere: boolean };
  'identity.signInFailed': { reason: string };
  'identity.sessionRevoked': { sessionId: string; reason: string };
  /** Everything that lets this user in is gone; the address goes where it is, and each event that loses its data has its own `event.erased`. */
  'identity.userErased': Record<string, never>;
};

/**
 * What filters and replicas read, part of the leaf. An asset's event carries the access class before and after
 * (absent: it did not exist, or does not any more); a viewer who may see either gets the event.
 */
export type EventAttributes = {
  accessBefore?: number;
  accessAfter?: number;
  /** Of lineage events: of what data flows from. Only who may see that, too, gets the event. */
  accessFrom?: number;
  sourceId?: string;
  domainId?: string | null;
  kind?: string;
  namespace?: string;
  name?: string;
  tags?: string[];
  ownerIds?: string[];
  /** Names of confirmed labels of the asset's columns. */
  labels?: string[];
  /** Of classification events: every label that the asset's living columns have from now on. */
  columnLabels?: { columnId: string; label: string; state: LabelState }[];
  /** Of violations, besides the asset's own attributes. */
  assetId?: string;
  policyId?: string;
  severity?: Severity;
  status?: ViolationStatus;
  /** ISO 8601. */
  raisedAt?: string;
  /** Of the request that made the change; `append` adds it. */
  requestId?: string;
};

export type NewEvent = {
  [Type in EventType]: {
    type: Type;
    /** The noun's id; null only where nobody is known: a sign-in with an email that no user has. */
    subject: Type extends 'identity.signInFailed' ? string | null : string;
    data: EventData[Type];
    /** The user who did it; null for the system. Events name people by id only. */
    actorId: string | null;
    attributes?: EventAttributes;
  };
}[EventType];

/** A position in the log, as clients hold it: `epoch.seq`. Everything after it is still to come for its holder. */
export type LogCursor = string;

export type LogEvent = {
  id: string;
  seq: number;
  type: string;
  source: string;
  subject: string | null;
  time: Date;
  actorId: string | null;
  data: unknown;
  attributes: EventAttributes;
  hash: Buffer;
};
