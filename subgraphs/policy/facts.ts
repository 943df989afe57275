/** What rules look at: the present facts of assets, as catalog tells them, with the labels that policy keeps itself. */

export type ColumnFacts = {
  id: string;
  name: string;
  ordinal: number;
  /** As the source names it, without length or precision. */
  dataType: string;
  /** A person's words, else the source's comment. */
  description: string | null;
  /** Names of its confirmed labels. Present if a rule needs labels. */
  labels: readonly string[];
};

export type OwnerFacts = { userId: string | null; teamId: string | null; role: 'OWNER' | 'STEWARD' | 'EXPERT' };

/** Users and teams, each once, however many roles it has. */
export const ownerIdsOf = ({ owners }: { owners: readonly OwnerFacts[] }): string[] => [
  ...new Set(owners.map(({ userId, teamId }) => (userId ?? teamId)!)),
];

export type AssetFacts = {
  id: string;
  version: number;
  sourceId: string;
  domainId: string | null;
  accessClass: number;
  kind: string;
  namespace: string;
  /** The OpenLineage name, as it is written; `path`'s last component is what naming rules look at. */
  name: string;
  path: readonly string[];
  /** A person's words, else the source's comment. */
  description: string | null;
  tags: readonly string[];
  owners: readonly OwnerFacts[];
  /** ISO 8601. */
  updatedAt: string;
  deletedAt: string | null;
  /** Names (of the same namespace) that a view reads, with the columns that it reads of each. */
  dependsOn: readonly { name: string; columns: readonly string[] }[];
  /** Confirmed, of its columns; present if a rule or a scope needs labels. */
  labels: readonly string[];
  /** Living ones by ordinal; empty unless a rule needs them. */
  columns: readonly ColumnFacts[];
  /** A view's SQL; null for others, and unless a rule needs it. */
  definition: string | null;
  /** Of a view, by the name that it reads: the confirmed labels of that asset's columns. Empty unless a rule needs definitions. */
  dependencyLabels: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
};
