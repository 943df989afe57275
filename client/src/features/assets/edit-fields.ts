/** What people say of an asset, as its form holds it; and what two of them said differently. */
import type { PickedOwner } from '@/components/pickers/owner-picker';
import type { UpdateAssetInput } from '@/gql/graphql';
import { formatEnum } from '@/lib/format';
import type { Asset } from './asset-query';

export type Words = {
  description: string;
  owners: PickedOwner[];
  tags: string[];
  terms: { id: string; name: string }[];
  domain: { id: string; name: string } | null;
};
export type WordsField = keyof Words;
export const FIELDS: readonly { id: WordsField; label: string; path: string }[] = [
  { id: 'description', label: 'Description', path: '/description' },
  { id: 'owners', label: 'People', path: '/owners' },
  { id: 'tags', label: 'Tags', path: '/tags' },
  { id: 'terms', label: 'Terms', path: '/termIds' },
  { id: 'domain', label: 'Domain', path: '/domainId' },
];

export const wordsOf = ({
  description,
  owners,
  tags,
  terms,
  domain,
}: Pick<Asset, 'description' | 'owners' | 'tags' | 'terms' | 'domain'>): Words => ({
  description: description ?? '',
  owners: owners.map(({ role, user, team }) => ({
    role,
    name: user?.name ?? team?.name ?? 'unknown',
    ...(user ? { userId: user.id } : { teamId: team?.id }),
  })),
  tags: [...tags],
  terms: terms.map(({ id, name }) => ({ id, name })),
  domain: domain ? { id: domain.id, name: domain.name } : null,
});

/** As a person reads it; lists in an order of their own, so that two of them can be compared. */
export function fieldText(words: Words, field: WordsField): string {
  switch (field) {
    case 'description':
      return words.description.trim();
    case 'owners':
      return words.owners
        .map(({ name, role }) => `${name} (${formatEnum(role).toLowerCase()})`)
        .toSorted()
        .join('\n');
    case 'tags':
      return words.tags.toSorted().join('\n');
    case 'terms':
      return words.terms
        .map(({ name }) => name)
        .toSorted()
        .join('\n');
    case 'domain':
      return words.domain?.name ?? '';
  }
}

/** By what is stored: two things of one name are two things. */
const keyOf = (words: Words, field: WordsField): string => {
  if (field === 'description') return words.description.trim();
  if (field === 'tags') return JSON.stringify(words.tags.toSorted());
  if (field === 'terms') return JSON.stringify(words.terms.map(({ id }) => id).toSorted());
  if (field === 'domain') return words.domain?.id ?? '';
  return JSON.stringify(words.owners.map(({ role, userId, teamId }) => `${role} ${userId ?? teamId}`).toSorted());
};
export const isSame = (a: Words, b: Words, field: WordsField): boolean => keyOf(a, field) === keyOf(b, field);
export const changedFields = (before: Words, after: Words): WordsField[] =>
  FIELDS.map(({ id }) => id).filter((field) => !isSame(before, after, field));

/** What both changed, and not to the same. */
export const conflictsOf = (base: Words, theirs: Words, mine: Words): WordsField[] =>
  changedFields(base, mine).filter((field) => !isSame(base, theirs, field) && !isSame(theirs, mine, field));

/** Only these fields are sent: what is absent stays. */
export function inputOf(words: Words, fields: readonly WordsField[]): Omit<UpdateAssetInput, 'id' | 'version'> {
  const has = (field: WordsField) => fields.includes(field);
  return {
    ...(has('description') && { description: words.description.trim() || null }),
    ...(has('owners') && {
      owners: words.owners.map(({ role, userId, teamId }) => ({ role, ...(userId ? { userId } : { teamId }) })),
    }),
    ...(has('tags') && { tags: words.tags }),
    ...(has('terms') && { termIds: words.terms.map(({ id }) => id) }),
    ...(has('domain') && { domainId: words.domain?.id ?? null }),
  };
}
