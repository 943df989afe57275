'use client';
import { Plug } from 'lucide-react';
import { SchemaForm } from '@/components/schema-form';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/field';
import { KindIcon } from '@/components/ui/kind';
import { Kbd } from '@/components/ui/badge';
import { cn } from '@/lib/class-names';
import { formatEnum, plural } from '@/lib/format';
import type { ConnectorRow } from './register-source';
import type { SourceTest } from './use-source-test';

type ConnectorProps = { connectors: readonly ConnectorRow[]; value: ConnectorRow | null; onChange: (connector: ConnectorRow) => void };

/** 1: which kind of system. */
export const ConnectorStep = ({ connectors, value, onChange }: ConnectorProps) => (
  <>
    <fieldset className="flex flex-col gap-2">
      <legend className="sr-only">Connector</legend>
      {connectors.map((connector) => (
        <label
          key={connector.id}
          className={cn(
            'flex min-h-11 items-center gap-3 rounded-control border px-3 py-2 hover:bg-hover',
            connector.id === value?.id ? 'border-primary-line bg-primary-subtle' : 'border-line-strong',
          )}
        >
          <input
            type="radio"
            name="connector"
            className="accent-primary"
            checked={connector.id === value?.id}
            onChange={() => onChange(connector)}
          />
          <span className="font-medium">{connector.title}</span>
          <span className="flex flex-wrap gap-x-3 gap-y-1 text-small text-fg-2">
            {connector.assetKinds.map((kind) => (
              <span key={kind} className="inline-flex items-center gap-1">
                <KindIcon kind={kind} isNamed />
                {formatEnum(kind)}
              </span>
            ))}
          </span>
        </label>
      ))}
    </fieldset>
    <div>
      <Continue isOff={value === null} />
    </div>
  </>
);

export const Continue = ({ isOff = false }: { isOff?: boolean }) => (
  <Button type="submit" variant="primary" disabled={isOff}>
    Continue <Kbd>↵</Kbd>
  </Button>
);

type ConnectionProps = {
  connector: ConnectorRow;
  secrets: readonly string[];
  config: unknown;
  onChange: (config: unknown) => void;
  errors: Readonly<Record<string, string>>;
  test: SourceTest;
  onTest: () => void;
  hasFailed: boolean;
  isAcknowledged: boolean;
  onAcknowledge: (is: boolean) => void;
};

/** 2: where it is, and who reads it. A test never stands in the way; one that failed is gone past knowingly. */
export function ConnectionStep(props: ConnectionProps) {
  const { connector, secrets, config, onChange, errors, test, onTest, hasFailed, isAcknowledged, onAcknowledge } = props;
  const missing = test.isStale ? 0 : (test.result?.missingPermissions.length ?? 0);
  return (
    <>
      <SchemaForm schema={connector.configSchema} value={config} onChange={onChange} errors={errors} secretFields={secrets} />
      {errors[''] && (
        <p role="alert" className="text-error-text">
          {errors['']}
        </p>
      )}
      <p className="text-small text-fg-3">Secrets are stored encrypted and never shown again.</p>
      {hasFailed && (
        <div className="flex flex-col gap-1">
          <Checkbox
            label="Go on although the test failed"
            checked={isAcknowledged}
            onChange={({ target }) => onAcknowledge(target.checked)}
            {...(errors.acknowledge && !isAcknowledged && { 'aria-invalid': true as const, 'aria-describedby': 'acknowledge-error' })}
          />
          {errors.acknowledge && !isAcknowledged && (
            <p id="acknowledge-error" role="alert" className="text-small text-error-text">
              {errors.acknowledge}
            </p>
          )}
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Continue />
        <Button icon={<Plug className="size-3.5" strokeWidth={1.6} />} busy={test.isRunning} onClick={onTest}>
          {test.isRunning ? 'Testing' : test.at ? 'Test again' : 'Test'}
        </Button>
        {missing > 0 && (
          <span className="text-small text-fg-3">
            {plural(missing, 'permission is', 'permissions are')} missing. You can go on and grant {missing === 1 ? 'it' : 'them'} later.
          </span>
        )}
      </div>
    </>
  );
}
