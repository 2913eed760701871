import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import type { CurveWithGaps } from '../../format/gaps.ts'
import { chartOptions } from './chart-options.ts'

const HEIGHT_PX = 200

/** A line with its band of lowest and highest, drawn by uPlot. All charts of the page share one cursor; dragging zooms, a double click resets. */
export function Chart({
  curve,
  name,
  unit,
  fromS,
  toS,
}: {
  curve: CurveWithGaps
  name: string
  unit: string
  fromS: number
  toS: number
}) {
  const { t, i18n } = useTranslation()
  const theme = useComputedColorScheme('light')
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const range = useRef([fromS, toS] as const)
  const zoomed = useRef(false)
  range.current = [fromS, toS]

  /** A part somebody looks at stays where it is while new values come. */
  const showRange = () => {
    const [min, max] = range.current
    if (!zoomed.current) plot.current?.setScale('x', { min, max })
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the theme when the chart is made.
  useEffect(() => {
    const element = box.current
    if (!element) return
    zoomed.current = false
    const onZoom = (now: boolean) => {
      zoomed.current = now
      showRange()
    }
    const words = { time: t('chart.time'), lowest: t('chart.lowest'), highest: t('chart.highest') }
    const options = chartOptions({
      name,
      unit,
      locale: i18n.language,
      words,
      range: () => range.current,
      onZoom,
    })
    const made = new uPlot(
      { ...options, width: element.clientWidth, height: HEIGHT_PX },
      [[], [], [], []],
      element,
    )
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT_PX }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [name, unit, i18n.language, theme])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart made anew needs its data again.
  useEffect(() => {
    plot.current?.setData([curve.atS, curve.min, curve.max, curve.mean], false)
    showRange()
  }, [curve, fromS, toS, name, unit, i18n.language, theme])

  return <div ref={box} role="img" aria-label={name} />
}
