export { ChipsInput } from './chips-input';
export { SchemaForm } from './schema-form';
export { validate, type FormErrors } from './validate';
