export { ChipsInput } from './chips-input';
export { SchemaForm } from './schema-form';
export { validate } from './validate';
