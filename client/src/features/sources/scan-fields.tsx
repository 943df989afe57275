'use client';
import { useState } from 'react';
import { ChipsInput } from '@/components/schema-form';
import { Field, Segmented, Select } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { NextTimes } from './next-run';
import { useNextTimes } from './next-times';
import { cronOf, DAYS, partsOf, presetOf, PRESETS, scheduleInWords, type Preset } from './schedule';

type GlobsProps = {
  include: readonly string[];
  exclude: readonly string[];
  onChange: (change: { include?: string[]; exclude?: string[] }) => void;
  errors?: Readonly<Record<string, string>>;
};

const errorOf = (errors: Readonly<Record<string, string>>, field: string): string | undefined =>
  Object.entries(errors).find(([path]) => path === field || path.startsWith(`${field}.`))?.[1];

/** What a scan looks at. */
export const Globs = ({ include, exclude, onChange, errors = {} }: GlobsProps) => (
  <>
    <Field
      label="Include"
      property="include"
      required={false}
      hint="Patterns over schema.name, such as public.* or sales.order_*. Without one everything is read."
      error={errorOf(errors, 'include')}
    >
      {(control) => <ChipsInput {...control} value={include} onChange={(next) => onChange({ include: next })} placeholder="public.*" />}
    </Field>
    <Field
      label="Exclude"
      property="exclude"
      required={false}
      hint="These are left out, also where they are included above."
      error={errorOf(errors, 'exclude')}
    >
      {(control) => <ChipsInput {...control} value={exclude} onChange={(next) => onChange({ exclude: next })} placeholder="*.tmp_*" />}
    </Field>
  </>
);

type ScheduleProps = { value: string | null; onChange: (schedule: string | null) => void; error?: string };

const clock = (hour: number, minute: number): string => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

/** When a scan starts by itself: by presets or as a cron expression, with the next three times. */
export function ScheduleField({ value, onChange, error }: ScheduleProps) {
  // Cron stays chosen while what is typed happens to be what a preset makes.
  const [isCron, setCron] = useState(presetOf(value) === 'cron');
  const preset: Preset = isCron ? 'cron' : presetOf(value);
  const { minute, hour, day } = partsOf(value);
  const times = useNextTimes(value, 1);
  const choose = (next: Preset): void => {
    setCron(next === 'cron');
    if (next === 'none') onChange(null);
    else if (next === 'cron') onChange(value ?? cronOf('daily'));
    else onChange(cronOf(next, { minute, hour, day }));
  };
  const setTime = (text: string): void => {
    const [h = 0, m = 0] = text.split(':').map(Number);
    if (preset === 'daily' || preset === 'weekly') onChange(cronOf(preset, { hour: h, minute: m, day }));
  };
  const isWrong = value !== null && times === null;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-col gap-1">
        <span className="font-medium">
          Schedule <code className="text-micro font-normal text-fg-3">schedule</code>
        </span>
        <div className="flex flex-wrap items-center gap-2">
          <Segmented label="Schedule" value={preset} onChange={choose} options={PRESETS} />
          {preset === 'weekly' && (
            <Select
              aria-label="Day of the week"
              className="w-32 flex-none"
              value={day}
              onChange={({ target }) => onChange(cronOf('weekly', { minute, hour, day: Number(target.value) }))}
            >
              {DAYS.map((name, index) => (
                <option key={name} value={index}>
                  {name}
                </option>
              ))}
            </Select>
          )}
          {preset === 'hourly' && (
            <span className="flex items-center gap-2">
              at minute
              <Input
                aria-label="Minute of the hour"
                type="number"
                min={0}
                max={59}
                className="w-16 flex-none"
                value={minute}
                onChange={({ target }) =>
                  onChange(cronOf('hourly', { minute: Math.min(59, Math.max(0, Math.trunc(Number(target.value)))) }))
                }
              />
            </span>
          )}
          {(preset === 'daily' || preset === 'weekly') && (
            <span className="flex items-center gap-2">
              at
              <Input
                aria-label="Time of the day, UTC"
                type="time"
                className="w-28 flex-none"
                value={clock(hour, minute)}
                onChange={({ target }) => target.value && setTime(target.value)}
              />
              <span className="text-fg-3">UTC</span>
            </span>
          )}
        </div>
      </div>
      {preset === 'cron' && (
        <Field
          label="Cron expression"
          hint="Minute, hour, day of the month, month, day of the week; in UTC. 0 3 * * * is every day at 03:00."
          error={error ?? (isWrong ? 'This is no cron expression of five fields.' : undefined)}
        >
          {(control) => (
            <Input
              {...control}
              className="max-w-60 font-mono"
              value={value ?? ''}
              spellCheck={false}
              onChange={({ target }) => onChange(target.value)}
            />
          )}
        </Field>
      )}
      {preset !== 'cron' && error && <p className="text-small text-error-text">{error}</p>}
      {value !== null && !isWrong && (
        <div className="flex flex-col gap-1">
          <p className="text-fg-2">{scheduleInWords(value)}</p>
          <NextTimes schedule={value} />
        </div>
      )}
    </div>
  );
}
