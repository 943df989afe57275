/** What a rule type is. A new one is a file beside this, its test, and a line in `registry.ts`. */
import type { z } from 'zod';
import type { AssetFacts } from '../facts.ts';

/** What an asset or one of its columns is found guilty of. One at most for an asset, and one for each column. */
export type Finding = {
  /** Of the column at fault; null: the asset itself. */
  columnId: string | null;
  /** A sentence for people: what is wrong and, if it can be said, what to do. */
  message: string;
  /** What the rule saw, for the violation's `evidence`. Names and counts, never data of the source. */
  evidence: Record<string, unknown>;
};

/** What a rule looks at besides the asset's own facts (name, kind, description, owners, tags). Only that is fetched. */
export type Need =
  /** Living columns. */
  | 'columns'
  /** Labels of the columns. */
  | 'labels'
  /** A view's SQL, and the labels of the columns that it reads. */
  | 'definition';

export type RuleType<Params = unknown> = {
  /** As policies name it: `ownerRequired`. */
  name: string;
  /** A sentence or two for who chooses among rule types. */
  description: string;
  /** A strict object; its JSON schema draws the form. What it refuses is BAD_USER_INPUT with `params.<path>`. */
  paramsSchema: z.ZodType<Params>;
  needs(params: Params): readonly Need[];
  /** Pure, and quick: it runs over every asset in scope. `params` have passed the schema. */
  check(asset: AssetFacts, params: Params): Finding[];
};

/** Keeps the type of the parameters between the schema and the check. */
export const defineRuleType = <Params>(rule: RuleType<Params>): RuleType<Params> => rule;
