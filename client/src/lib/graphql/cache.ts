/** How urql's normalised cache knows our types: by id, but for those that are part of what they hang on. */
import { cacheExchange, type KeyGenerator } from '@urql/exchange-graphcache';
import { optimistic } from './optimistic';

/** Types without an id, or whose fields differ by the question that they answer. cache.test.ts compares them with the schema. */
export const EMBEDDED = [
  'AssetNeighbourConnection', 'AssetNeighbourEdge', 'Change', 'CheckConstraint', 'ColumnNeighbourConnection', 'ColumnNeighbourEdge', 'Facet', 'FacetValue',
  'ForeignKey', 'Impact', 'ImpactByDomain', 'ImpactByKind', 'ImpactByOwner', 'Index', 'ItemError', 'LineageCycle', 'LineageDeclaration',
  'LineageDependedUpon', 'LineageDiff', 'LineageEdge', 'LineageGraph', 'LineageNode', 'LineagePath', 'LineagePaths', 'LineageStatistics', 'Owner',
  'PageInfo', 'PolicyDraft', 'PolicyEvaluation', 'PolicyFinding', 'PolicyPreview', 'RoleAssignment', 'RuleType', 'ScanPreview', 'ScanProgress', 'ScanWarning',
  'SearchConnection', 'SearchEdge', 'SearchHit', 'SourceTest', 'TableFacet', 'UniqueKey', 'AuditStatus', 'Session',
] as const; // prettier-ignore

const embedded: KeyGenerator = () => null;
/** Connections, their edges, payloads, results of batches and events. */
export const isEmbedded = (type: string): boolean => /.(Connection|Edge|Payload|Result|Event|Envelope)$/.test(type);

export const cache = () =>
  cacheExchange({
    optimistic,
    keys: new Proxy(Object.fromEntries(EMBEDDED.map((type) => [type, embedded])) as Record<string, KeyGenerator>, {
      get: (keys, type) => keys[type as string] ?? (typeof type === 'string' && isEmbedded(type) ? embedded : undefined),
    }),
  });
