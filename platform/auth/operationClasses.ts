/** The viewer's classes of an operation: asked once, by whichever subgraph of this process comes first. */
import type { Queryable } from '../database/index.ts';
import { perOperation, type RequestContext } from '../graphql/context.ts';
import { visibleClasses, type VisibleClasses } from './access.ts';
import type { Action } from './viewer.ts';

const answers = perOperation(() => new Map<Action, Promise<VisibleClasses>>());

/** Over which the viewer may do the action; none without a viewer. */
export function classesOf(sql: Queryable, context: RequestContext, action: Action): Promise<VisibleClasses> {
  const { viewer } = context;
  if (!viewer) return Promise.resolve([]);
  const known = answers.of(context);
  let answer = known.get(action);
  if (!answer) known.set(action, (answer = visibleClasses(sql, viewer, action)));
  return answer;
}

/** What a mutation calls after it made a class or moved a domain. */
export const forgetClasses = answers.forget;
