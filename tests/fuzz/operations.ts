/** Random operations that fit the schema, mostly. */
import {
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { makeValue, type Known, type Random } from './values.ts';

export type Kind = 'query' | 'mutation' | 'subscription';
export type Operation = { kind: Kind; query: string; variables: Record<string, unknown> };

const MOST_FIELDS = 45;
const DEEPEST = 6;

export function makeOperation(schema: GraphQLSchema, random: Random, known: Known, kind: Kind): Operation {
  const root = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[kind]!;
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const fragments: string[] = [];
  let fieldsLeft = MOST_FIELDS;
  let serial = 0;

  function args(parent: string, field: GraphQLField<unknown, unknown>): string {
    const made = field.args
      .filter((argument) => (isNonNullType(argument.type) && argument.defaultValue === undefined) || random.chance(0.45))
      .filter(() => !random.chance(0.004))
      .map((argument) => {
        const asked = { random, known, isWrite: kind === 'mutation', coordinate: `${parent}.${field.name}.${argument.name}` };
        const { json, text } = makeValue(argument.type, asked);
        if (random.chance(0.4)) return `${argument.name}: ${text}`;
        const name = `v${serial++}`;
        const fallback = !isNonNullType(argument.type) && random.chance(0.1) ? ` = ${makeValue(argument.type, asked).text}` : '';
        declared.push(`$${name}: ${String(argument.type)}${fallback}`);
        if (!random.chance(0.01)) variables[name] = json;
        return `${argument.name}: $${name}`;
      });
    return made.length > 0 ? `(${made.join(', ')})` : '';
  }

  function directives(): string {
    if (random.chance(0.001)) return random.pick([' @defer', ' @unknown', ' @include', ' @skip(if: 5)']);
    return random.chance(0.03)
      ? random.pick([' @include(if: true)', ' @skip(if: false)', ' @skip(if: true)', ' @include(if: false) @skip(if: true)'])
      : '';
  }

  function selection(type: GraphQLObjectType, depth: number, how: { fewest?: number; most?: number } = {}): string {
    const fields = Object.values(type.getFields()).filter((field) => depth < DEEPEST || isLeafType(getNamedType(field.type)));
    const parts: string[] = [];
    const count = (how.fewest ?? 1) + random.below(how.most ?? 5);
    for (let made = 0; made < count && fields.length > 0 && (fieldsLeft > 0 || parts.length === 0); made++) {
      const field = random.pick(fields);
      const named = getNamedType(field.type);
      if (fieldsLeft-- <= 0 && isObjectType(named)) {
        parts.push('__typename');
        continue;
      }
      const given = args(type.name, field);
      const alias = given !== '' || random.chance(0.1) ? `f${serial++}: ` : '';
      const below = isObjectType(named) ? ` { ${selection(named, depth + 1)} }` : '';
      const text = `${alias}${field.name}${given}${directives()}${below}`;
      parts.push(random.chance(0.1) ? inFragment(type, text) : text);
    }
    if (random.chance(0.03)) parts.push('__typename');
    if (depth === 0 && kind === 'query' && random.chance(0.02)) parts.push('__schema { types { name fields { name } } }');
    return parts.length > 0 ? parts.join(' ') : '__typename';
  }

  function inFragment(type: GraphQLObjectType, text: string): string {
    if (random.chance(0.5)) return `... ${random.chance(0.5) ? `on ${type.name} ` : ''}{ ${text} }`;
    const name = `F${serial++}`;
    fragments.push(`fragment ${name} on ${type.name} { ${text} }`);
    return `...${name}`;
  }

  const selected = selection(root, 0, kind === 'query' ? { most: 3 } : { most: random.chance(0.9) ? 1 : 2 });
  const head = `${kind}${declared.length > 0 ? ` (${declared.join(', ')})` : ''}`;
  return { kind, query: [`${head} { ${selected} }`, ...fragments].join('\n'), variables };
}
