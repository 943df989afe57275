/** The input of people's edits, checked. */
import { InvalidInput } from '#platform/errors.ts';
import { checkIds, checkLabel, checkText } from '#platform/graphql/inputs.ts';
import { checkOwners, type OwnerInput } from './owners.ts';
import type { OwnerWords } from './snapshot.ts';

const MAX_DESCRIPTION_BYTES = 64 * 1024;
const MAX_TAGS = 100;
const MAX_TAG = 100;
const MAX_TERMS = 100;

export type AssetEdit = {
  id: string;
  version: number;
  description?: string | null;
  tags?: readonly string[] | null;
  owners?: readonly OwnerInput[] | null;
  termIds?: readonly string[] | null;
  domainId?: string | null;
};
export type ColumnEdit = { id: string; version: number; description?: string | null };

/** Undefined keeps, null and nothing clear. */
export type CheckedAssetEdit = {
  id: string;
  version: number;
  description: string | null | undefined;
  tags: string[] | undefined;
  owners: OwnerWords[] | undefined;
  termIds: string[] | undefined;
  domainId: string | null | undefined;
};
export type CheckedColumnEdit = { id: string; version: number; description: string | null | undefined };

export function checkAssetEdit(edit: AssetEdit, field: string): CheckedAssetEdit {
  return {
    id: edit.id.toLowerCase(),
    version: edit.version,
    description: checkDescription(edit.description, `${field}.description`),
    tags: edit.tags === undefined ? undefined : checkTags(edit.tags ?? [], `${field}.tags`),
    owners: edit.owners === undefined ? undefined : checkOwners(edit.owners ?? [], `${field}.owners`),
    termIds: edit.termIds === undefined ? undefined : checkTermIds(edit.termIds ?? [], `${field}.termIds`),
    domainId: edit.domainId == null ? edit.domainId : checkIds([edit.domainId], `${field}.domainId`)[0]!.toLowerCase(),
  };
}

export function checkColumnEdit(edit: ColumnEdit, field: string): CheckedColumnEdit {
  return { id: edit.id, version: edit.version, description: checkDescription(edit.description, `${field}.description`) };
}

function checkDescription(text: string | null | undefined, field: string): string | null | undefined {
  if (text == null) return text;
  checkText(text, field, { max: MAX_DESCRIPTION_BYTES });
  if (Buffer.byteLength(text) > MAX_DESCRIPTION_BYTES) {
    throw new InvalidInput(`A description takes at most ${MAX_DESCRIPTION_BYTES} bytes (64 KB).`, field, { max: MAX_DESCRIPTION_BYTES });
  }
  return text.trim() === '' ? null : text;
}

function checkTags(tags: readonly string[], field: string): string[] {
  if (tags.length > MAX_TAGS) throw new InvalidInput(`At most ${MAX_TAGS} tags are possible here.`, field, { max: MAX_TAGS });
  return [...new Set(tags.map((tag, index) => checkLabel(tag, `${field}.${index}`, { max: MAX_TAG })))];
}

function checkTermIds(ids: readonly string[], field: string): string[] {
  if (ids.length > MAX_TERMS) throw new InvalidInput(`At most ${MAX_TERMS} terms are possible here.`, field, { max: MAX_TERMS });
  return [...new Set(checkIds(ids, field).map((id) => id.toLowerCase()))];
}
