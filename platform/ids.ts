/** Ids of rows: UUIDv7, made here and not by the database (an own PostgreSQL may be older than 18). */
import { parse, stringify, v7, validate } from 'uuid';

export const newId = (): string => v7();

/** True for any UUID in its canonical text form; what else a client sends as an id cannot be a row of ours. */
export const isId = (text: string): boolean => validate(text);

/** The 16 bytes of an id, and back. */
export const idToBytes = (id: string): Buffer => Buffer.from(parse(id));
export const idFromBytes = (bytes: Uint8Array): string => stringify(bytes);
