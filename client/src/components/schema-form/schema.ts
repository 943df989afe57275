/** What of JSON Schema a form is drawn from, and the fields that it becomes. */
export type JsonSchema = {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  format?: string;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  oneOf?: readonly JsonSchema[];
  anyOf?: readonly JsonSchema[];
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  /** Ours: what a number counts, as in `seconds`. */
  unit?: string;
};

export type Choice = { value: unknown; label: string };
export type Shape =
  | { kind: 'text'; input: 'text' | 'url' | 'email' | 'password' | 'datetime-local'; isLong: boolean }
  | { kind: 'choice'; options: readonly Choice[] }
  | { kind: 'number'; isWhole: boolean }
  | { kind: 'boolean' }
  | { kind: 'chips'; options: readonly string[] | null }
  | { kind: 'list'; item: JsonSchema }
  | { kind: 'object' }
  | { kind: 'variants'; variants: readonly { label: string; schema: JsonSchema }[] }
  | { kind: 'json' };

export type SchemaField = {
  /** Of the property in its object; '' for the whole. */
  name: string;
  /** From the whole on, with dots: `tables.0.name`. */
  path: string;
  label: string;
  hint: string | undefined;
  isRequired: boolean;
  /** Said beside its label: only where others of its object are needed. */
  isOptional: boolean;
  schema: JsonSchema;
  shape: Shape;
};

/** The longest text that fits into one line of a form. */
const LONGEST_LINE = 4096;

const INPUTS: Readonly<Record<string, 'url' | 'email' | 'password' | 'datetime-local'>> = {
  uri: 'url',
  email: 'email',
  password: 'password',
  'date-time': 'datetime-local',
};

/** A schema from the API; what is none is drawn as JSON. */
export const asSchema = (given: unknown): JsonSchema =>
  typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as JsonSchema) : {};

export const joinPath = (path: string, name: string | number): string => (path === '' ? String(name) : `${path}.${name}`);

/** `minLength` → `Min length`; what has capitals of its own keeps them. */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const choiceLabel = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The values of a schema that allows only a few; null for others. */
function valuesOf({ enum: values, const: only, type }: JsonSchema): readonly unknown[] | null {
  if (values) return values;
  if (only !== undefined) return [only];
  return type === 'boolean' ? [true, false] : null;
}

const isObject = (schema: JsonSchema): boolean => schema.type === 'object' && schema.properties !== undefined;

export function shapeOf(schema: JsonSchema): Shape {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) return alternativesOf(alternatives);
  if (schema.enum) return { kind: 'choice', options: schema.enum.map((value) => ({ value, label: choiceLabel(value) })) };
  switch (schema.type) {
    case 'string':
      return { kind: 'text', input: INPUTS[schema.format ?? ''] ?? 'text', isLong: (schema.maxLength ?? 0) > LONGEST_LINE };
    case 'number':
    case 'integer':
      return { kind: 'number', isWhole: schema.type === 'integer' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'array': {
      const { items = {} } = schema;
      if (items.type === 'string' || items.enum) return { kind: 'chips', options: items.enum?.map(choiceLabel) ?? null };
      return isObject(items) ? { kind: 'list', item: items } : { kind: 'json' };
    }
    default:
      return isObject(schema) ? { kind: 'object' } : { kind: 'json' };
  }
}

function alternativesOf(alternatives: readonly JsonSchema[]): Shape {
  // Each of them allows a few values: together they are one choice, not a choice of forms.
  const values = alternatives.map(valuesOf);
  if (values.every((each) => each !== null)) {
    return { kind: 'choice', options: values.flat().map((value) => ({ value, label: choiceLabel(value) })) };
  }
  return {
    kind: 'variants',
    variants: alternatives.map((schema, index) => ({
      schema,
      label: schema.title ?? (typeof schema.type === 'string' ? labelOf(schema.type) : `Form ${index + 1}`),
    })),
  };
}

export function fieldOf(schema: JsonSchema, name: string, parent: string, isRequired: boolean): SchemaField {
  return {
    name,
    path: name === '' ? parent : joinPath(parent, name),
    label: schema.title ?? labelOf(name),
    hint: hintOf(schema),
    isRequired,
    isOptional: false,
    schema,
    shape: shapeOf(schema),
  };
}

function hintOf({ description, default: given }: JsonSchema): string | undefined {
  const standard = given === undefined ? '' : `Default ${choiceLabel(given)}`;
  return [description, standard].filter(Boolean).join('. ') || undefined;
}

/** The fields of an object, in the order of its schema. */
export function fieldsOf(schema: JsonSchema, path = ''): SchemaField[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).map(([name, property]) => {
    const isRequired = required.includes(name);
    return { ...fieldOf(property, name, path, isRequired), isOptional: !isRequired && required.length > 0 };
  });
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value with that at `path` replaced; undefined takes it away. */
export function withValue(whole: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (Array.isArray(whole)) return whole.map((each, index) => (String(index) === name ? withValue(each, rest, value) : (each as unknown)));
  const before = isRecord(whole) ? whole : {};
  const next = withValue(before[name], rest, value);
  if (next !== undefined) return { ...before, [name]: next };
  const { [name]: _, ...others } = before;
  return others;
}
