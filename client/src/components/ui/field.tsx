'use client';
import { useId, type ComponentProps, type ReactNode } from 'react';
import { cn } from '@/lib/class-names';
import { usePressed } from '@/lib/use-pressed';
import { CONTROL } from './input';
import { SeverityMark } from './severity';

type FieldProps = {
  label: ReactNode;
  /** The property's name in the API, in mono beside the label. */
  property?: string;
  hint?: ReactNode;
  error?: string;
  required?: boolean;
  className?: string;
  /** Gets the attributes that tie it to its label, hint and error. */
  children: (control: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true; required?: boolean }) => ReactNode;
};

export function Field({ label, property, hint, error, required, className, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className={cn('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className="flex items-baseline gap-2 font-medium">
        {label}
        {property && <code className="text-micro font-normal text-fg-3">{property}</code>}
        {required === false && <span className="text-small font-normal text-fg-3">optional</span>}
      </label>
      {children({
        id,
        ...(described && { 'aria-describedby': described }),
        ...(error && { 'aria-invalid': true as const }),
        ...(required && { required }),
      })}
      {hint && (
        <p id={`${id}-hint`} className="text-small text-fg-3">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="flex items-start gap-1.5 text-small text-error-text">
          <SeverityMark severity="ERROR" className="mt-px" aria-hidden />
          <span className="min-w-0 break-words">{error}</span>
        </p>
      )}
    </div>
  );
}

export const Textarea = ({ className, rows = 3, ...props }: ComponentProps<'textarea'>) => (
  <textarea rows={rows} className={cn(CONTROL, 'py-1', className)} {...props} />
);

type SelectProps = Omit<ComponentProps<'select'>, 'value'> & { value: string | number };

export function Select({ className, value, onChange, ...props }: SelectProps) {
  const [shown, press] = usePressed(value);
  return (
    <select
      className={cn(CONTROL, 'h-control pr-1', className)}
      value={shown}
      onChange={(event) => (press(event.target.value), onChange?.(event))}
      {...props}
    />
  );
}

type CheckboxProps = Omit<ComponentProps<'input'>, 'type' | 'checked'> & { checked: boolean; label?: ReactNode; indeterminate?: boolean };

/** Without a `label` give an `aria-label`. */
export function Checkbox({ label, indeterminate = false, checked, onChange, className, ...props }: CheckboxProps) {
  const [isShown, press] = usePressed(checked);
  const box = (
    <input
      type="checkbox"
      ref={(element) => {
        if (element) element.indeterminate = indeterminate;
      }}
      checked={isShown}
      onChange={(event) => (press(event.target.checked), onChange?.(event))}
      className={cn('size-4 shrink-0 accent-primary', !label && className)}
      {...props}
    />
  );
  if (!label) return box;
  return (
    <label className={cn('flex min-h-6 items-center gap-2', props.disabled && 'text-fg-disabled', className)}>
      {box}
      {label}
    </label>
  );
}

type SegmentedProps<Value extends string> = {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode }[];
  className?: string;
};

/** One of a few, all of them to be seen. Arrows choose. */
export function Segmented<Value extends string>({ label, value, onChange, options, className }: SegmentedProps<Value>) {
  const name = useId();
  const [shown, press] = usePressed(value);
  return (
    <fieldset className={cn('inline-flex min-w-0 shrink-0 rounded-control border border-line-strong', className)}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative flex h-[calc(var(--control-height)-2px)] items-center gap-1.5 border-l border-line-strong px-2.5 font-medium whitespace-nowrap text-fg-2 first-of-type:rounded-l-[5px] first-of-type:border-l-0 last-of-type:rounded-r-[5px] hover:bg-hover has-checked:bg-primary-subtle has-checked:text-primary-text has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-ring"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === shown}
            onChange={() => (press(option.value), onChange(option.value))}
            className="absolute inset-0 appearance-none outline-none"
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
