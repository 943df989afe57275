import { asSchema } from '@/components/schema-form/schema';

/** Properties that are secret: those that the connector names, and those that its schema calls a password. */
export const secretNames = (schema: unknown, secretFields: readonly string[]): string[] => [
  ...new Set([
    ...secretFields,
    ...Object.entries(asSchema(schema).properties ?? {}).flatMap(([name, { format }]) => (format === 'password' ? [name] : [])),
  ]),
];
