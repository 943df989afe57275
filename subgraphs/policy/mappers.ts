/** What the resolvers of each GraphQL type get as their parent. */
import type { Connection } from '#platform/graphql/connections.ts';
import type { RuleType } from './rules/types.ts';
import type { ColumnLabelRow, EvaluationRow, PolicyRow, ViolationRow } from './store/tables/policy.ts';

export type PolicyParent = PolicyRow;
export type PolicyEvaluationParent = EvaluationRow;
export type ViolationParent = ViolationRow;
export type ColumnLabelParent = ColumnLabelRow;
export type RuleTypeParent = RuleType;
/** A label is known by its name. */
export type LabelParent = { id: string; name: string; category: string; description: string };
export type PolicyConnectionParent = Connection<PolicyRow>;
export type ViolationConnectionParent = Connection<ViolationRow>;
export type PolicyFindingParent = { assetId: string; columnId: string | null; message: string };
export type PolicyPreviewParent = { checked: number; violating: number; findings: readonly PolicyFindingParent[] };
