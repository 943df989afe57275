import { describe, expect, it } from 'vitest';
import { classifyName } from './classify.ts';
import { findLabel, LABELS } from './labels.ts';
import { NAME_RULES } from './nameRules.ts';
import { NOT_PERSONAL, PERSONAL } from './testing/columnNames.ts';

/** Names there have the type of what they hold behind a colon. */
const labelsOf = (written: string): string[] => {
  const [name, type = null] = written.split(':') as [string, string | undefined];
  return classifyName(name, type).map(({ label }) => label);
};
const positives = Object.entries(PERSONAL).flatMap(([label, names]) => names.map((name) => ({ label, name })));

describe('the name rules', () => {
  it('are at least 25, of known labels, each with a name of its own and a confidence that is no certainty', () => {
    expect(NAME_RULES.length).toBeGreaterThanOrEqual(25);
    expect(new Set(NAME_RULES.map(({ name }) => name)).size).toBe(NAME_RULES.length);
    for (const { label, confidence } of NAME_RULES) {
      expect(findLabel(label)).toBeDefined();
      expect(label).not.toBe('MASKED');
      expect(confidence).toBeGreaterThanOrEqual(0.5);
      expect(confidence).toBeLessThanOrEqual(0.95);
    }
  });

  it('find every label that people do not set themselves', () => {
    const found = new Set(NAME_RULES.map(({ label }) => label));
    expect(LABELS.map(({ name }) => name).filter((name) => !found.has(name))).toEqual(['MASKED']);
    expect(Object.keys(PERSONAL).toSorted()).toEqual([...found].toSorted());
  });

  it.each(positives)('find $label in $name', ({ label, name }) => expect(labelsOf(name)).toEqual([label]));

  it.each([...new Set(NOT_PERSONAL)])('find nothing in %s', (name) => expect(labelsOf(name)).toEqual([]));

  it('are measured on names enough', () => {
    expect(new Set(positives.map(({ name }) => name)).size).toBeGreaterThanOrEqual(200);
    expect(new Set(NOT_PERSONAL).size).toBeGreaterThanOrEqual(250);
  });

  it.each([
    ['billing_address_city', 'CITY'],
    ['ip_address', 'IP_ADDRESS'],
    ['email_password', 'PASSWORD'],
    ['password_reset_token', 'TOKEN'],
    ['passport_photo', 'PHOTO'],
    ['account_holder_name', 'PERSON_NAME'],
    ['id_card_number', 'NATIONAL_ID'],
  ])('go by how %s ends', (name, label) => expect(labelsOf(name)).toEqual([label]));

  it('find both parts of a name with "or" and "and"', () => {
    expect(labelsOf('phone_or_email')).toEqual(['PHONE', 'EMAIL']);
    expect(labelsOf('city_and_zip')).toEqual(['CITY', 'POSTAL_CODE']);
    expect(labelsOf('email_or_email')).toEqual(['EMAIL']);
    expect(labelsOf('and_or')).toEqual([]);
  });

  it.each([
    ['email', 'boolean'],
    ['email', 'timestamp with time zone'],
    ['email', 'integer'],
    ['email', 'uuid'],
    ['first_name', 'bigint'],
    ['date_of_birth', 'boolean'],
    ['ip', 'timestamp without time zone'],
    ['password', 'boolean'],
    ['token', 'integer'],
    ['phone', 'date'],
  ])('find nothing in %s of type %s', (name, type) => expect(classifyName(name, type)).toEqual([]));

  it.each(['text', 'character varying', 'citext', 'character varying[]', 'public.email_domain', 'bytea', 'jsonb', null])(
    'find an e-mail address of type %s',
    (type) => expect(classifyName('email', type)).toMatchObject([{ label: 'EMAIL' }]),
  );

  it('say which rule and which words', () => {
    expect(classifyName('customerEmailAddr2', 'text')).toEqual([
      { label: 'EMAIL', confidence: 0.95, evidence: { rule: 'email', words: ['email', 'address'] } },
    ]);
  });

  it.each(['', '_', '123', '💥', 'é', 'ein_sehr_langer_name_'.repeat(500), '\u0000', 'constructor', '__proto__', 'toString'])(
    'bear %j',
    (name) => expect(classifyName(name, 'text')).toEqual([]),
  );
});
