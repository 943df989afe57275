/** The schema of a rule's parameters, as its form is drawn from it. */
import { asSchema, type JsonSchema } from '@/components/schema-form/schema';
import { validate } from '@/components/schema-form/validate';

export type RuleType = { name: string; description: string; paramsSchema: unknown };

/** A list of texts called `labels` holds names of labels: which ones there are is data, so the schema cannot say it. */
export function paramsSchemaOf({ paramsSchema }: RuleType, labels: readonly string[] | null): JsonSchema {
  const schema = asSchema(paramsSchema);
  const list = schema.properties?.labels;
  if (!labels || list?.type !== 'array' || list.items?.type !== 'string' || list.items.enum) return schema;
  return { ...schema, properties: { ...schema.properties, labels: { ...list, items: { ...list.items, enum: labels } } } };
}

/** What is wrong with the parameters, by the path within them; of a rule type that is not known nothing is. */
export const problemsOf = (ruleType: RuleType | undefined, params: unknown): Record<string, string> =>
  ruleType ? validate(asSchema(ruleType.paramsSchema), params) : {};
