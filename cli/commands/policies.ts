import type { AddCommands, CommandContext } from '../context.ts';
import { printJson, printTable } from '../output.ts';
import { listAll, type Connection } from '../paging.ts';

const LIST = `query Policies($after: String) {
  policies(first: 200, after: $after) {
    nodes {
      id name description severity status version params scope
      ruleType { name }
      draft { updatedAt }
      evaluation { done total requestedAt startedAt finishedAt }
      violations(first: 1, filter: { statuses: [OPEN, ACKNOWLEDGED] }) { totalCount }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

type Evaluation = { done: number; total: number | null; finishedAt: string | null };
export type Policy = {
  id: string;
  name: string;
  severity: string;
  status: string;
  version: number;
  ruleType: { name: string };
  draft: { updatedAt: string } | null;
  evaluation: Evaluation | null;
  violations: { totalCount: number | null };
};

export const addPolicyCommands: AddCommands = (program, context) => {
  program
    .command('policies')
    .description('every governance policy, by name, with how many violations of it are open')
    .action((_options: unknown, command) => list(context(command)));
};

/** All of them: there are few. */
export const listPolicies = ({ client }: CommandContext): Promise<Policy[]> =>
  listAll(client(), LIST, {}, (data: { policies: Connection<Policy> | null }) => data.policies);

async function list(context: CommandContext): Promise<void> {
  const policies = await listPolicies(context);
  if (context.json) return printJson(context.terminal, policies);
  printTable(
    context.terminal,
    ['NAME', 'RULE', 'SEVERITY', 'STATUS', 'VERSION', 'EVALUATED', 'OPEN'],
    policies.map(({ name, ruleType, severity, status, draft, version, evaluation, violations }) => [
      name,
      ruleType.name,
      severity,
      draft && status === 'PUBLISHED' ? `${status} (with a draft)` : status,
      version,
      formatEvaluation(evaluation),
      violations.totalCount,
    ]),
  );
}

function formatEvaluation(evaluation: Evaluation | null): string | null {
  if (!evaluation) return null;
  return evaluation.finishedAt ? 'all' : `${evaluation.done} of ${evaluation.total ?? '?'}`;
}
