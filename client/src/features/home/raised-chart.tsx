'use client';
import { AxisBottom, AxisLeft } from '@visx/axis';
import { Group } from '@visx/group';
import { scaleBand, scaleLinear } from '@visx/scale';
import { BarStack } from '@visx/shape';
import { useEffect, useRef, useState } from 'react';
import { SEVERITIES, type Severity } from '@/components/ui/severity';
import { formatCount, formatEnum } from '@/lib/format';
import { CHART_HEIGHT, dayLabel, totalOf, type Day } from './raised-days';

/** From the baseline up. */
const STACK: Severity[] = SEVERITIES.toReversed();
const colourOf = (severity: Severity): string => `var(--${severity.toLowerCase()}-mark)`;
const MARGIN = { top: 8, right: 4, bottom: 22, left: 40 };
const LABEL = { fill: 'var(--fg-3)', fontSize: 11, fontFamily: 'inherit' } as const;
const WIDE_ENOUGH = 44;

/** Bars of a day, stacked by severity, a pixel of the ground between the parts. Its numbers are in the table beside. */
export function RaisedChart({ days }: { days: readonly Day[] }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  const [innerWidth, innerHeight] = [Math.max(0, width - MARGIN.left - MARGIN.right), CHART_HEIGHT - MARGIN.top - MARGIN.bottom];
  const x = scaleBand({ domain: days.map(({ day }) => day), range: [0, innerWidth], padding: 0.42 });
  const most = Math.max(4, ...days.map(totalOf));
  const y = scaleLinear({ domain: [0, most], range: [innerHeight, 0], nice: 4 });
  const ticks = y.ticks(4).filter(Number.isInteger);
  const every = Math.max(1, Math.ceil(WIDE_ENOUGH / Math.max(1, x.step())));
  // Counted from today, whose label is always there.
  const labelled = days.filter((_, index) => (days.length - 1 - index) % every === 0).map(({ day }) => day);
  return (
    <div ref={frame} className="h-full">
      {width > 0 && (
        <svg width={width} height={CHART_HEIGHT} aria-hidden className="block">
          <Group left={MARGIN.left} top={MARGIN.top}>
            {ticks.map((tick) => (
              <line key={tick} x2={innerWidth} y1={y(tick)} y2={y(tick)} stroke="var(--line)" shapeRendering="crispEdges" />
            ))}
            <BarStack data={[...days]} keys={STACK} x={({ day }) => day} xScale={x} yScale={y} color={colourOf}>
              {(stacks) =>
                stacks.flatMap(({ bars, key }) =>
                  bars.map((bar) => {
                    const { height, width: barWidth, x: left, y: top, index } = bar;
                    if (!(height > 0)) return null;
                    const day = days[index]!;
                    return (
                      <rect
                        key={`${key} ${day.day}`}
                        x={left}
                        y={top}
                        width={barWidth}
                        // What is there is seen, however little it is beside the rest.
                        height={Math.max(1.5, height - 1)}
                        rx={1}
                        fill={colourOf(key)}
                      >
                        <title>{`${dayLabel(day.day, index === days.length - 1)}: ${formatCount(day[key])} ${formatEnum(key)}`}</title>
                      </rect>
                    );
                  }),
                )
              }
            </BarStack>
            <AxisLeft
              scale={y}
              tickValues={ticks}
              tickFormat={(value) => formatCount(Number(value))}
              hideAxisLine
              hideTicks
              tickLabelProps={{ ...LABEL, dx: -2, dy: 4, textAnchor: 'end' }}
            />
            <AxisBottom
              top={innerHeight}
              scale={x}
              tickValues={labelled}
              tickFormat={(day) => dayLabel(day, day === days.at(-1)!.day)}
              hideTicks
              stroke="var(--line-strong)"
              tickLabelProps={{ ...LABEL, dy: -2, textAnchor: 'middle' }}
            />
          </Group>
        </svg>
      )}
    </div>
  );
}
