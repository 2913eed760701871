import type uPlot from 'uplot'
import { fullTimeText } from '../../format/time.ts'
import { valueText } from '../../format/value.ts'

const DAY_S = 86_400
const FONT = "12px 'Inter Variable', sans-serif"
/** Roughly, of one letter of an axis label. */
const LETTER_PX = 7

/** How a chart of one metric looks: data are [time in s, lowest, highest, mean]. Colours come from the tokens of style.css. */
export function chartOptions({
  name,
  unit,
  locale,
  words,
  range,
  onZoom,
}: {
  name: string
  unit: string
  locale: string
  words: { time: string; lowest: string; highest: string }
  /** Seconds: what the whole chart spans, data or not. */
  range(): readonly [number, number]
  /** A person has dragged over a part, or has asked for all of it again. */
  onZoom(zoomed: boolean): void
}): Omit<uPlot.Options, 'width' | 'height'> {
  const token = (variable: string) =>
    getComputedStyle(document.documentElement).getPropertyValue(variable).trim()
  const [line, quiet, grid] = [token('--state-up'), token('--quiet'), token('--line')]
  const axis = { stroke: quiet, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: FONT }
  const value = (number: number | null) => (number === null ? '–' : valueText(number, unit, locale))
  const edge = { stroke: 'transparent', width: 0, points: { show: false } }
  return {
    cursor: {
      sync: { key: 'device' },
      drag: { x: true, y: false },
      bind: {
        dblclick: () => () => {
          onZoom(false)
          return null
        },
      },
    },
    hooks: { setSelect: [(plot) => plot.select.width > 0 && onZoom(true)] },
    scales: { x: { time: true, auto: false } },
    axes: [
      { ...axis, values: (_plot, times) => times.map((at) => tickText(at, range(), locale)), space: 70 },
      { ...axis, values: (_plot, numbers) => numbers.map(value), size: axisWidth },
    ],
    bands: [{ series: [2, 1], fill: `color-mix(in srgb, ${line} 18%, transparent)` }],
    legend: { markers: { show: false } },
    series: [
      { label: words.time, value: (_plot, at) => (at === null ? '–' : fullTimeText(at * 1_000, locale)) },
      { ...edge, label: words.lowest, value: (_plot, number) => value(number) },
      { ...edge, label: words.highest, value: (_plot, number) => value(number) },
      {
        label: name,
        stroke: line,
        width: 1.6,
        spanGaps: false,
        points: { size: 5 },
        value: (_plot, number) => value(number),
      },
    ],
  }
}

/** Wide enough for the longest label. */
const axisWidth = (_plot: uPlot, labels: string[] | null): number =>
  20 + LETTER_PX * Math.max(4, ...(labels ?? []).map((label) => label.length))

/** Hours within a day, days within a month. */
function tickText(atS: number, [from, to]: readonly [number, number], locale: string): string {
  const fine = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const coarse = { month: 'short', day: 'numeric' } as const
  const span = to - from
  const format = span <= DAY_S ? fine : span <= 3 * DAY_S ? { ...coarse, ...fine } : coarse
  return new Intl.DateTimeFormat(locale, format).format(atS * 1_000)
}
