'use client';
import { useState } from 'react';
import { SchemaForm, validate } from '@/components/schema-form';
import { Button } from '@/components/ui/button';
import { State, type Specimen } from './specimen';

const SCHEMA = {
  type: 'object',
  required: ['host', 'password', 'mode', 'schemas', 'tables'],
  properties: {
    host: { type: 'string', title: 'Host', description: 'Its name or its address', default: 'localhost', maxLength: 255 },
    port: { type: 'integer', title: 'Port', minimum: 1, maximum: 65_535, default: 5432 },
    timeout: { type: 'number', title: 'Timeout', unit: 'seconds', exclusiveMinimum: 0 },
    documentation: { type: 'string', title: 'Documentation', format: 'uri' },
    password: { type: 'string', title: 'Password', format: 'password' },
    since: { type: 'string', title: 'Since', format: 'date-time' },
    mode: { enum: ['read', 'sample', 'count'], title: 'Mode' },
    encoding: { enum: ['utf-8', 'latin1', 'utf-16', 'ascii', 'koi8-r', 'shift-jis'], title: 'Encoding' },
    readOnly: { type: 'boolean', title: 'Read only', description: 'Refuses to write' },
    schemas: { type: 'array', title: 'Schemas', items: { type: 'string' }, minItems: 1 },
    severities: { type: 'array', title: 'Severities', items: { enum: ['INFO', 'WARNING', 'ERROR'] } },
    query: { type: 'string', title: 'Query', maxLength: 20_000 },
    tables: {
      type: 'array',
      title: 'Tables',
      minItems: 1,
      items: {
        type: 'object',
        title: 'Table',
        required: ['name'],
        properties: { name: { type: 'string', title: 'Name', minLength: 1 }, limit: { type: 'integer', title: 'Limit' } },
      },
    },
    tls: {
      type: 'object',
      title: 'TLS',
      properties: { isOn: { type: 'boolean', title: 'On' }, authority: { type: 'string', title: 'Authority' } },
    },
    sign: {
      title: 'Sign in',
      oneOf: [
        { type: 'object', title: 'By password', required: ['user'], properties: { user: { type: 'string', title: 'User' } } },
        { type: 'object', title: 'By token', required: ['token'], properties: { token: { type: 'string', title: 'Token' } } },
      ],
    },
    other: { title: 'Other', description: 'What no field can be drawn for' },
  },
};
const FILLED = {
  host: 'db.example.org',
  port: 5432,
  timeout: 2.5,
  password: '***',
  mode: 'sample',
  readOnly: true,
  schemas: ['public', 'sales'],
  tables: [{ name: 'orders', limit: 100 }],
  sign: { user: 'scanner' },
  other: { retries: 3 },
};
const WRONG = { port: 70_000, timeout: 0, documentation: 'example', schemas: [], tables: [{}] };

function Form({ start, kept = false, isChecked = false }: { start: unknown; kept?: boolean; isChecked?: boolean }) {
  const [value, setValue] = useState(start);
  const [errors, setErrors] = useState(() => (isChecked ? validate(SCHEMA, start) : {}));
  return (
    <div className="flex w-full max-w-[680px] flex-col gap-4 p-3">
      <SchemaForm schema={SCHEMA} value={value} onChange={setValue} errors={errors} kept={kept} />
      <div>
        <Button variant="primary" onClick={() => setErrors(validate(SCHEMA, value))}>
          Save
        </Button>
      </div>
    </div>
  );
}

const Forms = () => (
  <>
    <State name="empty" boxed>
      <Form start={{}} />
    </State>
    <State name="filled, its secret kept" boxed>
      <Form start={FILLED} kept />
    </State>
    <State name="wrong" boxed>
      <Form start={WRONG} isChecked />
    </State>
  </>
);

export const FORMS: readonly Specimen[] = [{ name: 'Schema form', States: Forms }];
