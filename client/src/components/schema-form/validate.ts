/** What is wrong with a value, by the path of each field, in words for the person who fills in the form. The server has the last word. */
import { asSchema, choiceLabel, isRecord, joinPath, labelOf, type JsonSchema } from './schema';

export type FormErrors = Readonly<Record<string, string>>;

/** `schema`: from the API, as it is. */
export const validate = (schema: unknown, value: unknown): Record<string, string> => check(asSchema(schema), value, '');

function check(schema: JsonSchema, value: unknown, path: string): Record<string, string> {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) return validateAlternatives(alternatives, value, path);
  const problem = problemOf(schema, value);
  if (problem) return { [path]: problem };
  if (Array.isArray(value)) {
    return Object.assign({}, ...value.map((each, index) => check(schema.items ?? {}, each, joinPath(path, index)))) as Record<
      string,
      string
    >;
  }
  return isRecord(value) ? validateObject(schema, value, path) : {};
}

/** None is wrong where one of them fits; else what the nearest one lacks: the one with the fewest problems. */
function validateAlternatives(alternatives: readonly JsonSchema[], value: unknown, path: string): Record<string, string> {
  const all = alternatives.map((each) => check(each, value, path));
  const sameKind = all.filter((errors) => !(path in errors));
  return (sameKind.length > 0 ? sameKind : all).toSorted((a, b) => Object.keys(a).length - Object.keys(b).length)[0] ?? {};
}

function validateObject(schema: JsonSchema, value: Record<string, unknown>, path: string): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const given = value[name];
    if (given !== undefined && given !== '') Object.assign(errors, check(property, given, joinPath(path, name)));
    else if (schema.required?.includes(name)) errors[joinPath(path, name)] = `${property.title ?? labelOf(name)} is needed.`;
  }
  if (schema.additionalProperties === false && schema.properties) {
    for (const name of Object.keys(value)) if (!(name in schema.properties)) errors[joinPath(path, name)] = `“${name}” is not known here.`;
  }
  return errors;
}

function problemOf(schema: JsonSchema, value: unknown): string | undefined {
  if (schema.const !== undefined && JSON.stringify(value) !== JSON.stringify(schema.const))
    return `Has to be ${choiceLabel(schema.const)}.`;
  if (schema.enum && !schema.enum.some((each) => JSON.stringify(each) === JSON.stringify(value))) {
    return `Has to be one of ${schema.enum.map(choiceLabel).join(', ')}.`;
  }
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' ? textProblem(schema, value) : 'Has to be a text.';
    case 'integer':
      return Number.isInteger(value) ? numberProblem(schema, value as number) : 'Has to be a whole number.';
    case 'number':
      return typeof value === 'number' ? numberProblem(schema, value) : 'Has to be a number.';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'Has to be true or false.';
    case 'array':
      return Array.isArray(value) ? listProblem(schema, value) : 'Has to be a list.';
    case 'object':
      return isRecord(value) ? undefined : 'Has to be an object.';
    default:
      return undefined;
  }
}

const signs = (count: number): string => `${count} ${count === 1 ? 'character' : 'characters'}`;

function textProblem({ minLength = 0, maxLength = Infinity, pattern, format }: JsonSchema, text: string): string | undefined {
  // As JSON Schema counts: code points.
  const length = [...text].length;
  if (length < minLength) return `At least ${signs(minLength)}.`;
  if (length > maxLength) return `At most ${signs(maxLength)}.`;
  if (pattern !== undefined && !matches(pattern, text)) return `Has to match ${pattern}.`;
  if (format === 'uri' && !URL.canParse(text)) return 'Has to be an address with its scheme, as in https://example.org.';
  if (format === 'email' && !/^[^\s@]+@[^\s@]+$/.test(text)) return 'Has to be an email address.';
  if (format === 'date-time' && Number.isNaN(Date.parse(text))) return 'Has to be a date and time.';
  return undefined;
}

/** A pattern that this browser does not understand is left to the server. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

function numberProblem(schema: JsonSchema, value: number): string | undefined {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  if (!Number.isFinite(value)) return 'Has to be a number.';
  if (value < minimum) return `At least ${minimum}.`;
  if (value > maximum) return `At most ${maximum}.`;
  if (value <= exclusiveMinimum) return `More than ${exclusiveMinimum}.`;
  if (value >= exclusiveMaximum) return `Less than ${exclusiveMaximum}.`;
  return undefined;
}

function listProblem({ minItems = 0, maxItems = Infinity, uniqueItems }: JsonSchema, list: readonly unknown[]): string | undefined {
  if (list.length < minItems) return minItems === 1 ? 'At least one is needed.' : `At least ${minItems} are needed.`;
  if (list.length > maxItems) return `At most ${maxItems}.`;
  if (uniqueItems && new Set(list.map((each) => JSON.stringify(each))).size < list.length) return 'One of these is there twice.';
  return undefined;
}
